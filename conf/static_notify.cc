#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "conf/nearest.h"
#include "conf/static_parts.h"

namespace gapura::conf {
namespace {

constexpr std::array<std::pair<std::string_view, NotifyEvent>, 8> kEvents{
    {{"joined", NotifyEvent::joined},
     {"ready", NotifyEvent::ready},
     {"suspended", NotifyEvent::suspended},
     {"draining", NotifyEvent::draining},
     {"drained", NotifyEvent::drained},
     {"gone", NotifyEvent::gone},
     {"scaled", NotifyEvent::scaled},
     {"provider_failed", NotifyEvent::provider_failed}}};
constexpr std::int64_t kRetriesMax = 100;
constexpr std::int64_t kQueueMax = 100'000;

void read_events(yaml::Section& section, Notify& notify) {
  const auto found = section.find("events");
  if (!found) {
    for (const auto& [name, event] : kEvents) notify.events.insert(event);
    return;
  }
  std::vector<std::string_view> names;
  for (const auto& [name, event] : kEvents) names.push_back(name);
  const auto words = yaml::as_texts(section.reader(), *found);
  if (!words) return;
  for (const std::string& word : *words) {
    const auto known = std::ranges::find_if(
        kEvents, [&](const auto& event) { return iequals(event.first, word); });
    if (known != kEvents.end()) {
      notify.events.insert(known->second);
      continue;
    }
    section.reader().error(found->place, found->path,
                           "is a list of " + listed(names) + ", which " + in_quotes(word) +
                               " is not" + did_you_mean(word, names));
  }
  if (words->empty()) {
    section.reader().error(found->place, found->path,
                           "is empty; leave it out to be told of everything");
  }
}

/// `template` may hold what follows in two braces; unknown names would be sent as they are.
void check_template(yaml::Section& section, const Notify& notify) {
  const auto found = section.find("template");
  if (!found) return;
  std::size_t at = 0;
  while ((at = notify.body.find("{{", at)) != std::string::npos) {
    const std::size_t end = notify.body.find("}}", at);
    const auto name = end == std::string::npos
                          ? std::string_view()
                          : trim_ows(std::string_view(notify.body).substr(at + 2, end - at - 2));
    if (std::ranges::find(kNotifyFields, name) == kNotifyFields.end()) {
      return section.reader().error(
          found->place, found->path,
          name.empty() ? "holds {{ without a name and }}"
                       : "{{" + shown(name) + "}} is not known; known are " +
                             listed(kNotifyFields) + did_you_mean(name, kNotifyFields));
    }
    at = end + 2;
  }
}

void read_address_of(yaml::Section& section, Notify& notify) {
  section.read("url", notify.url);
  const auto command = section.find("command");
  if (command) {
    if (const auto words = yaml::as_texts(section.reader(), *command)) notify.command = *words;
  }
  yaml::Reader& reader = section.reader();
  if (notify.url.empty() == notify.command.empty()) {
    return reader.error(section.value().place, section.value().path,
                        notify.url.empty() ? "url or command is missing: who is to be told?"
                                           : "give url or command, not both");
  }
  const bool is_url = notify.url.starts_with("http://") || notify.url.starts_with("https://");
  if (notify.url.empty() || is_url) return;
  const auto found = section.find("url");
  reader.error(found->place, found->path, "must begin with http:// or https://");
}

void read_one(yaml::Reader& reader, const yaml::Value& value, StaticConfig& config) {
  auto section = yaml::Section::open(reader, value);
  if (!section) return;
  Notify notify;
  read_address_of(*section, notify);
  read_events(*section, notify);
  section->read("template", notify.body);
  section->read("contentType", notify.content_type);
  check_template(*section, notify);
  std::string file;
  section->read("secretFile", file);
  section->read("secretEnv", notify.secret.variable);
  notify.secret.file = file;
  if (!file.empty() && !notify.secret.variable.empty()) {
    reader.error(value.place, value.path, "give secretFile or secretEnv, not both");
  }
  if (notify.secret.is_given() && !notify.command.empty()) {
    reader.warn(value.place, value.path, "a command's message is not signed; the secret is unused");
  }
  section->read("timeout", notify.timeout);
  if (notify.timeout.count() == 0) {
    const auto found = section->find("timeout");
    reader.error(found->place, found->path, "must not be 0: a call that never ends holds up all");
  }
  if (const auto retries = section->integer("retries", 0, kRetriesMax)) {
    notify.retries = static_cast<std::uint32_t>(*retries);
  }
  if (const auto queue = section->integer("queue", 1, kQueueMax)) {
    notify.queue_max = static_cast<std::uint32_t>(*queue);
  }
  section->finish();
  config.notify.push_back(std::move(notify));
}

/// Prometheus' rule for names of labels.
bool is_label_name(std::string_view text) {
  const auto is_good = [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || is_ascii_digit(c) || c == '_';
  };
  return !text.empty() && !is_ascii_digit(text.front()) && std::ranges::all_of(text, is_good);
}

void read_labels(yaml::Section& section, TargetsFile& out) {
  const auto found = section.find("labels");
  if (!found) return;
  yaml::Reader& reader = section.reader();
  yaml::for_each_named(reader, *found, [&](const std::string& name, const yaml::Value& value) {
    if (!is_label_name(name)) {
      return reader.error(value.place, value.path,
                          "a label's name is letters, digits and underscores, no digit first");
    }
    if (const auto text = yaml::as_text(reader, value)) out.labels.emplace_back(name, *text);
  });
}

}  // namespace

std::string_view to_string(NotifyEvent event) noexcept {
  return kEvents[static_cast<std::size_t>(event)].first;
}

void read_notify(yaml::Section& root, StaticConfig& config) {
  const auto found = root.find("notify");
  if (!found) return;
  const auto items = yaml::as_items(root.reader(), *found);
  if (!items) return;
  for (const yaml::Value& item : *items) read_one(root.reader(), item, config);
}

void read_targets_file(yaml::Section& root, StaticConfig& config) {
  auto section = root.section("sd");
  if (!section) return;
  TargetsFile out;
  std::string file;
  section->read("file", file);
  if (!file.starts_with('/')) {
    section->reader().error(section->value().place, section->value().path,
                            "file must be the whole path of a file, such as "
                            "/etc/prometheus/gapura/targets.json");
  }
  out.file = file;
  section->read("service", out.service);
  if (out.service.ends_with("@file")) out.service.resize(out.service.size() - 5);
  if (const auto port = section->integer("port", 1, 65'535)) {
    out.port = static_cast<std::uint16_t>(*port);
  }
  read_labels(*section, out);
  section->read("autoscaledOnly", out.is_autoscaled_only);
  section->finish();
  config.targets_file = std::move(out);
}

}  // namespace gapura::conf
