// A provider that is an API: `http`, with its operations as templated calls. A preset is such a
// section too; what the user writes stands in front of it.
#include <algorithm>

#include "base/ascii.h"
#include "conf/dynamic_parts.h"
#include "conf/http_provider_check.h"
#include "conf/nearest.h"
#include "conf/presets.h"

namespace gapura::conf {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void for_each_text(yaml::Section& section, std::string_view key,
                   const std::function<void(const std::string&, const std::string&)>& visit) {
  const auto found = section.find(key);
  if (!found) return;
  yaml::for_each_named(section.reader(), *found,
                       [&](const std::string& name, const yaml::Value& value) {
                         const auto text = yaml::as_text(section.reader(), value);
                         if (text) visit(name, *text);
                       });
}

void read_map(yaml::Section& section, std::string_view key,
              std::map<std::string, std::string>& out) {
  for_each_text(section, key,
                [&](const std::string& name, const std::string& text) { out[name] = text; });
}

void read_pairs(yaml::Section& section, std::string_view key, Pairs& out) {
  for_each_text(section, key, [&](const std::string& name, const std::string& text) {
    std::erase_if(out, [&](const auto& one) { return iequals(one.first, name); });
    out.emplace_back(name, text);
  });
}

void read_expect(yaml::Section& section, std::vector<unsigned>& out) {
  const auto found = section.find("expect");
  if (!found) return;
  const auto texts = yaml::as_texts(section.reader(), *found);
  for (const std::string& text : texts.value_or(std::vector<std::string>())) {
    const bool is_status = text.size() == 3 && std::ranges::all_of(text, is_ascii_digit);
    if (is_status) {
      out.push_back(static_cast<unsigned>(std::stoul(text)));
    } else {
      section.reader().error(found->place, found->path,
                             "must hold statuses such as 200, not " + in_quotes(text));
    }
  }
}

void read_step(yaml::Reader& reader, const yaml::Value& value, std::vector<HttpStep>& out) {
  auto section = yaml::Section::open(reader, value);
  if (!section) return;
  HttpStep step;
  section->read("method", step.method);
  const bool is_word = !step.method.empty() && std::ranges::all_of(step.method, [](char c) {
    return c >= 'A' && c <= 'Z';
  });
  if (!is_word) {
    reader.error(value.place, section->path_of("method"), "must be a method such as GET or POST");
  }
  section->read("url", step.url);
  read_pairs(*section, "form", step.form);
  section->read("json", step.json);
  read_expect(*section, step.expect);
  section->read("items", step.items);
  section->read("item", step.item);
  section->read("next", step.next);
  section->read("page", step.page);
  read_map(*section, "find", step.find);
  section->read("timeout", step.timeout);
  if (step.timeout < Milliseconds(1'000)) {
    reader.error(value.place, section->path_of("timeout"), "must be at least 1s");
  }
  section->finish();
  out.push_back(std::move(step));
}

void read_operations(yaml::Section& http, HttpProvider& out) {
  const auto found = http.find("operations");
  if (!found) return;
  yaml::for_each_named(http.reader(), *found,
                       [&](const std::string& name, const yaml::Value& value) {
                         std::vector<HttpStep> steps;
                         if (value.node->kind == yaml::Node::Kind::list) {
                           const auto items = yaml::as_items(http.reader(), value);
                           for (const yaml::Value& item : *items)
                             read_step(http.reader(), item, steps);
                         } else {
                           read_step(http.reader(), value, steps);
                         }
                         out.operations[name] = std::move(steps);
                       });
}

void read_secrets(yaml::Section& http, HttpProvider& out) {
  const auto found = http.find("secrets");
  if (!found) return;
  yaml::Reader& reader = http.reader();
  yaml::for_each_named(reader, *found, [&](const std::string& name, const yaml::Value& value) {
    const std::string how = "write where it is kept: {file: /etc/gapura/" + shown(name) +
                            "} or {env: " + "NAME_OF_A_VARIABLE}";
    if (value.node->kind != yaml::Node::Kind::map) {
      reader.error(value.place, value.path, "a secret never stands in this file; " + how);
      return;
    }
    auto section = yaml::Section::open(reader, value);
    SecretSource source;
    std::string file;
    section->read("file", file);
    source.file = file;
    section->read("env", source.variable);
    section->finish();
    if (file.empty() == source.variable.empty()) reader.error(value.place, value.path, how);
    out.secrets[name] = std::move(source);
  });
}

void read_into(yaml::Section& http, HttpProvider& out) {
  read_map(http, "variables", out.variables);
  read_secrets(http, out);
  std::string text = out.unix_socket.string();
  http.read("unixSocket", text);
  out.unix_socket = text;
  text = out.trust_file.string();
  http.read("trustFile", text);
  out.trust_file = text;
  read_pairs(http, "headers", out.headers);
  read_operations(http, out);
  read_map(http, "fields", out.fields);
  read_map(http, "states", out.states);
}

/// False, with an error, when there is no such preset.
bool read_preset(yaml::Section& http, HttpProvider& out) {
  http.read("preset", out.preset);
  if (out.preset.empty()) return true;
  std::vector<std::string_view> names;
  for (const Preset& preset : presets()) names.push_back(preset.name);
  const auto found = std::ranges::find(presets(), out.preset, &Preset::name);
  if (found == presets().end()) {
    const auto at = http.find("preset");
    http.reader().error(at->place, at->path,
                        "there is no preset " + in_quotes(out.preset) + "; there are " +
                            listed(names) + did_you_mean(out.preset, names));
    return false;
  }
  Problems problems;
  const auto tree = yaml::load(found->yaml, out.preset, problems);
  yaml::Reader reader(out.preset, problems);
  auto section =
      yaml::Section::open(reader, yaml::Value{tree->root(), tree->root()->place, out.preset});
  read_into(*section, out);
  return true;
}

}  // namespace

std::optional<HttpProvider> read_http_provider(yaml::Section& http) {
  const std::size_t before = http.reader().errors();
  HttpProvider out;
  if (!read_preset(http, out)) return std::nullopt;
  read_into(http, out);
  http.finish();
  if (http.reader().errors() != before) return std::nullopt;
  for (const std::string& fault : faults_of(out)) {
    http.reader().error(http.value().place, http.value().path, fault);
  }
  if (http.reader().errors() != before) return std::nullopt;
  return out;
}

}  // namespace gapura::conf
