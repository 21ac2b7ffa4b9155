#include "autoscale/alerts/payload.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "base/ascii.h"
#include "base/digest.h"
#include "conf/nearest.h"

namespace gapura::autoscale {
namespace json = boost::json;

namespace {

/// Payloads are four deep; what senders add is theirs.
constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kFaultsMax = 20;
constexpr std::uint32_t kStepMax = 100;
/// Of a key; what is longer is kept as its digest.
constexpr std::size_t kKeyBytesMax = 256;

std::string_view string_of(const json::value* value) {
  if (value == nullptr || !value->is_string()) return {};
  const auto& text = value->get_string();
  return {text.data(), text.size()};
}

/// What one alert says of itself.
class Said {
 public:
  explicit Said(const json::object& alert) : alert_(alert) {}

  std::string_view status() const { return string_of(alert_.if_contains("status")); }
  std::string_view fingerprint() const { return string_of(alert_.if_contains("fingerprint")); }
  const json::object* labels() const { return map("labels"); }
  std::string_view label(std::string_view name) const { return in(labels(), name); }
  /// A label of this name, else an annotation.
  std::string_view word(std::string_view name) const {
    const std::string_view from_label = label(name);
    return trim_ows(from_label.empty() ? in(map("annotations"), name) : from_label);
  }

 private:
  const json::object* map(std::string_view name) const {
    const json::value* value = alert_.if_contains(name);
    return value == nullptr ? nullptr : value->if_object();
  }
  static std::string_view in(const json::object* map, std::string_view name) {
    return map == nullptr ? std::string_view() : string_of(map->if_contains(name));
  }
  const json::object& alert_;
};

std::string listed_services(const std::vector<std::string>& services) {
  const std::vector<std::string_view> names(services.begin(), services.end());
  return "autoscaled are " + conf::listed(names);
}

std::string short_key(std::string key) {
  return key.size() <= kKeyBytesMax ? std::move(key) : "sha256:" + sha256_hex(key);
}

class Reading {
 public:
  Reading(const PayloadDefaults& defaults, std::string_view group)
      : defaults_(defaults), group_(group) {}

  void read(const json::value& value, std::size_t index) {
    place_ = "alerts[" + std::to_string(index) + "]";
    if (!value.is_object()) return fault("is no object");
    const Said said(value.get_object());
    // What Grafana's button "Test" sends.
    if (said.label("alertname") == "TestAlert" && said.label("instance") == "Grafana") {
      ++payload_.tests;
      return;
    }
    Alert alert;
    alert.key = key_of(said);
    alert.name = conf::shown(said.label("alertname"));
    if (!alert.name.empty()) place_ += " (" + alert.name + ")";
    if (said.status() == "resolved") {
      alert.is_firing = false;
      payload_.alerts.push_back(std::move(alert));
      return;
    }
    if (!said.status().empty() && said.status() != "firing") {
      return fault("has the status " + conf::in_quotes(said.status()) +
                   "; known are firing and resolved");
    }
    if (!read_direction(said, alert) || !read_service(said, alert)) return;
    read_step(said, alert);
    payload_.alerts.push_back(std::move(alert));
  }

  AlertPayload finish() && { return std::move(payload_); }

 private:
  std::string key_of(const Said& said) const {
    const std::string_view print = said.fingerprint();
    if (!print.empty()) return short_key(group_ + "\n" + std::string(print));
    std::vector<std::string> labels;
    if (const json::object* all = said.labels()) {
      for (const auto& [name, value] : *all) {
        labels.push_back(json::serialize(name) + json::serialize(value));
      }
    }
    std::ranges::sort(labels);  // a map has no order of its own
    std::string key = group_ + "\n";
    for (const std::string& label : labels) key += label + ",";
    return short_key(std::move(key));
  }

  bool read_direction(const Said& said, Alert& alert) {
    const std::string_view word = said.word("scale");
    if (iequals(word, "up") || iequals(word, "down")) {
      alert.direction = iequals(word, "up") ? Direction::up : Direction::down;
      return true;
    }
    if (!word.empty()) {
      fault("says scale: " + conf::in_quotes(word) + "; known are up and down");
      return false;
    }
    if (!defaults_.direction) {
      fault("does not say where to: give it a label or an annotation `scale: up` or `scale: down`");
      return false;
    }
    alert.direction = *defaults_.direction;
    return true;
  }

  bool read_service(const Said& said, Alert& alert) {
    if (defaults_.services.empty()) {
      fault("speaks of nobody here: no service is autoscaled");
      return false;
    }
    std::string_view word = said.word("scale_service");
    if (word.empty()) word = said.word("scale_pool");
    alert.service = std::string(word.substr(0, word.find('@')));
    const auto& known = defaults_.services;
    if (alert.service.empty() && known.size() == 1) {
      alert.service = known.front();
      return true;
    }
    if (std::ranges::find(known, alert.service) != known.end()) return true;
    fault(alert.service.empty()
              ? "does not say whom it speaks of: give it a label `scale_service`; " +
                    listed_services(known)
              : "speaks of " + conf::in_quotes(alert.service) + "; " + listed_services(known));
    return false;
  }

  /// Wrong steps are told and taken for 1: an alert must not be lost over them.
  void read_step(const Said& said, Alert& alert) {
    const std::string_view word = said.word("scale_step");
    if (word.empty()) return;
    std::uint32_t step = 0;
    const auto end = std::from_chars(word.data(), word.data() + word.size(), step);
    if (end.ec == std::errc() && end.ptr == word.data() + word.size() && step >= 1 &&
        step <= kStepMax) {
      alert.step = step;
    } else if (payload_.notes.size() < kFaultsMax) {
      payload_.notes.push_back(place_ + " says scale_step: " + conf::in_quotes(word) +
                               ", which is no number from 1 to " + std::to_string(kStepMax) +
                               "; 1 is taken");
    }
  }

  void fault(const std::string& what) {
    if (payload_.faults.size() < kFaultsMax) payload_.faults.push_back(place_ + " " + what);
  }

  const PayloadDefaults& defaults_;
  const std::string group_;
  std::string place_;
  AlertPayload payload_;
};

void note_truncated(const json::object& body, AlertPayload& payload) {
  const json::value* value = body.if_contains("truncatedAlerts");
  if (value == nullptr || !value->is_int64() || value->get_int64() <= 0) return;
  payload.notes.push_back("the sender left out " + std::to_string(value->get_int64()) +
                          " alerts (truncatedAlerts); let it send all: \"Max Alerts\" in Grafana, "
                          "max_alerts in Alertmanager");
}

}  // namespace

std::variant<AlertPayload, NoAlerts, PayloadFault> read_payload(std::string_view body,
                                                                const PayloadDefaults& defaults) {
  json::parse_options options;
  options.max_depth = kDepthMax;
  boost::system::error_code failed;
  const json::value value = json::parse(body, failed, {}, options);
  if (failed) return NoAlerts{};
  const json::object* object = value.if_object();
  if (object == nullptr) return NoAlerts{.is_json = true};
  const json::value* alerts = object->if_contains("alerts");
  if (alerts == nullptr) {
    // Of somebody's own template nobody can say whether it means "resolved": that must not scale.
    const std::string_view status = string_of(object->if_contains("status"));
    if (status != "firing" && status != "resolved") return NoAlerts{.is_json = true};
    return PayloadFault{
        "the body has a status but no list of alerts: leave the contact point's payload as "
        "Grafana makes it"};
  }
  if (!alerts->is_array()) return PayloadFault{"\"alerts\" must be an array"};
  Reading reading(defaults, string_of(object->if_contains("groupKey")));
  std::size_t index = 0;
  for (const json::value& one : alerts->get_array()) reading.read(one, index++);
  AlertPayload payload = std::move(reading).finish();
  note_truncated(*object, payload);
  return payload;
}

}  // namespace gapura::autoscale
