// Who makes a service's targets: `provider` of `autoscale`, with what all kinds share and the kinds
// that are local. An API's is in dynamic_http_provider.cc.
#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/net/endpoint.h"
#include "conf/dynamic_parts.h"
#include "conf/nearest.h"
#include "conf/placeholders.h"
#include "conf/scalars.h"

namespace gapura::conf {
namespace {

constexpr Milliseconds kLeast{1'000};
/// A machine's name has at most 63 characters (RFC 1035 2.3.4); the rest is for what makes each one
/// its own.
constexpr std::size_t kPrefixMax = 48;

bool is_name_text(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || is_ascii_digit(c) || c == '-'; });
}

std::string default_prefix(const std::string& service) {
  std::string out = "gapura-" + to_lower(service).substr(0, kPrefixMax - 8) + "-";
  for (char& c : out) {
    if (!is_name_text({&c, 1})) c = '-';
  }
  return out;
}

void read_time(yaml::Section& section, std::string_view key, Milliseconds& out) {
  section.read(key, out);
  if (out < kLeast) section.error_at(key, "must be at least 1s");
}

void read_common(yaml::Section& section, const std::string& service, Provider& out) {
  out.name_prefix = default_prefix(service);
  section.read("namePrefix", out.name_prefix);
  const std::string& prefix = out.name_prefix;
  if (prefix.empty() || !is_name_text(prefix) || !(prefix[0] >= 'a' && prefix[0] <= 'z')) {
    section.error_at(
        "namePrefix",
        "must begin with a letter and hold a-z, 0-9 and '-' only, as clouds ask of names; not " +
            in_quotes(prefix));
  } else if (!prefix.ends_with('-')) {
    section.error_at(
        "namePrefix",
        "must end with '-', so that it is not the beginning of another service's: write " +
            in_quotes(prefix + "-"));
  } else if (prefix.size() > kPrefixMax) {
    section.error_at("namePrefix",
                     "must have at most " + std::to_string(kPrefixMax) + " characters");
  }
  out.port = static_cast<std::uint16_t>(section.integer("port", 1, 65'535).value_or(0));
  read_time(section, "listEvery", out.list_every);
  read_time(section, "bootTimeout", out.boot_timeout);
}

/// "Which number is free?": two creations at once would be told the same.
bool asks_before_it_makes(const Provider& provider) {
  const auto* http = std::get_if<HttpProvider>(&provider.how);
  if (http == nullptr) return false;
  const auto create = http->operations.find("create");
  return create != http->operations.end() && !create->second.empty() &&
         create->second.front().method == "GET";
}

void read_command(yaml::Section& section, std::vector<std::string>& out) {
  const auto found = section.find("command");
  if (!found) {
    section.error_at(
        "command",
        R"(command is missing; write a list such as command: ["/usr/bin/app", "--port=1"])");
    return;
  }
  if (found->node->kind == yaml::Node::Kind::scalar) {
    section.error_at("command",
                     "must be a list: the program, then each argument (there is no shell)");
    return;
  }
  out = yaml::as_texts(section.reader(), *found).value_or(std::vector<std::string>());
  if (out.empty() || out.front().empty()) section.error_at("command", "must name a program");
}

void read_environment(yaml::Section& section, std::map<std::string, std::string>& out) {
  const auto found = section.find("environment");
  if (!found) return;
  yaml::for_each_named(
      section.reader(), *found, [&](const std::string& name, const yaml::Value& value) {
        const auto text = yaml::as_text(section.reader(), value);
        if (!text) return;
        if (name.empty() || name.find('=') != std::string::npos) {
          section.reader().error(value.place, value.path, "is no name of an environment variable");
        }
        out[name] = *text;
      });
}

void check_placeholders(yaml::Section& section, std::string_view key,
                        const std::vector<std::string>& texts) {
  constexpr std::array<std::string_view, 2> kKnown{"name", "port"};
  for (const std::string& text : texts) {
    for (const std::string& word : placeholders_of(text)) {
      if (std::ranges::find(kKnown, word) != kKnown.end()) continue;
      section.error_at(key, "{{" + word + "}} stands for nothing here; there are {{name}} and " +
                                "{{port}}" + did_you_mean(word, kKnown));
    }
  }
}

void read_ports(yaml::Section& section, ProcessProvider& out) {
  std::string text;
  section.read("ports", text);
  const auto dash = text.find('-');
  std::string why;
  const auto first = parse_port(std::string_view(text).substr(0, dash), 1, &why);
  const auto last = dash == std::string::npos
                        ? first
                        : parse_port(std::string_view(text).substr(dash + 1), 1, &why);
  if (!first || !last || *first > *last) {
    section.error_at("ports", "must be a range of ports such as ports: 9000-9010");
    return;
  }
  out.first_port = *first;
  out.last_port = *last;
}

ProcessProvider read_process(yaml::Section& section) {
  ProcessProvider out;
  read_command(section, out.command);
  read_environment(section, out.environment);
  std::vector<std::string> texts = out.command;
  check_placeholders(section, "command", texts);
  texts.clear();
  for (const auto& [name, value] : out.environment) texts.push_back(value);
  check_placeholders(section, "environment", texts);
  std::string folder;
  section.read("folder", folder);
  out.folder = folder;
  section.read("address", out.address);
  if (!Endpoint::parse(out.address, 1)) {
    section.error_at("address", "must be an IP address of this machine such as 127.0.0.1");
  }
  read_ports(section, out);
  section.read("stopTimeout", out.stop_timeout);
  section.finish();
  return out;
}

ExecProvider read_exec(yaml::Section& section) {
  ExecProvider out;
  read_command(section, out.command);
  read_environment(section, out.environment);
  read_time(section, "timeout", out.timeout);
  section.finish();
  return out;
}

/// The one kind that is asked for; nothing after an error.
bool read_kind(yaml::Section& section, Provider& out) {
  auto process = section.section("process");
  auto exec = section.section("exec");
  auto http = section.section("http");
  const int kinds = int{process.has_value()} + int{exec.has_value()} + int{http.has_value()};
  if (kinds != 1) {
    section.reader().error(section.value().place, section.value().path,
                           kinds == 0
                               ? "needs one of process, exec and http, that is who makes targets"
                               : "has more than one of process, exec and http; keep one");
    return false;
  }
  if (process) out.how = read_process(*process);
  if (exec) out.how = read_exec(*exec);
  if (!http) return true;
  auto read = read_http_provider(*http);
  if (read) out.how = *std::move(read);
  return read.has_value();
}

}  // namespace

std::optional<Provider> read_provider(yaml::Section& autoscale, const std::string& service) {
  auto section = autoscale.section("provider");
  if (!section) return std::nullopt;
  const std::size_t before = section->reader().errors();
  Provider out;
  read_common(*section, service, out);
  const bool has_kind = read_kind(*section, out);
  const std::int64_t usual = asks_before_it_makes(out) ? 1 : out.creates_at_once;
  out.creates_at_once =
      static_cast<std::uint32_t>(section->integer("createsAtOnce", 1, 100).value_or(usual));
  section->finish();
  if (!has_kind || section->reader().errors() != before) return std::nullopt;
  return out;
}

void refuse_stray_placeholders(yaml::Reader& reader, const yaml::Value& root) {
  const yaml::Node& node = *root.node;
  if (node.kind == yaml::Node::Kind::scalar && !placeholders_of(node.text).empty()) {
    reader.error(node.place, root.path,
                 "{{" + placeholders_of(node.text).front() +
                     "}} is a placeholder, and has a meaning in a provider of autoscale only");
  }
  for (const yaml::Node* item : node.items) {
    refuse_stray_placeholders(reader, yaml::Value{item, item->place, root.path});
  }
  for (const yaml::Entry& entry : node.entries) {
    if (iequals(entry.key, "provider")) continue;
    const std::string path = root.path.empty() ? entry.key : root.path + "." + shown(entry.key);
    refuse_stray_placeholders(reader, yaml::Value{entry.value, entry.place, path});
  }
}

}  // namespace gapura::conf
