#include "admin/body.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "conf/nearest.h"
#include "conf/weight.h"

namespace gapura::admin {
namespace json = boost::json;

namespace {

constexpr std::size_t kDepthMax = 16;
constexpr std::size_t kIdBytesMax = 255;
constexpr std::int64_t kInFlightMax = 1'000'000;
constexpr std::string_view kTargetMembers[] = {"url", "id", "weight"};

const char* type_name(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::bool_: return "true or false";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_: return "a number";
    case json::kind::string: return "text";
    case json::kind::array: return "an array";
    case json::kind::object: return "an object";
  }
  return "unknown";
}

BodyFault wrong_type(const std::string& field, const char* wanted, const json::value& value) {
  return {"\"" + field + "\" must be " + wanted + ", not " + type_name(value), field};
}

/// Visible, and safe in a path, a log line and a metric label; '@' is for addresses of names.
bool is_good_id(std::string_view id) {
  const auto is_good = [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '@';
  };
  return !id.empty() && id.size() <= kIdBytesMax && std::ranges::all_of(id, is_good);
}

BodyFault bad_id(const std::string& field) {
  return {"\"" + field +
              "\" must be 1 to 255 visible ASCII characters without quotes, backslashes and @",
          field};
}

std::optional<BodyFault> read_url(const json::value& value, const std::string& field,
                                  balancer::NewTarget& target) {
  if (!value.is_string()) return wrong_type(field, "text", value);
  std::string fault;
  const auto url = conf::ServerUrl::parse(value.as_string(), &fault);
  if (!url) return BodyFault{"\"" + field + "\": " + fault, field};
  target.server.url = *url;
  return std::nullopt;
}

std::optional<BodyFault> read_weight(const json::value& value, const std::string& field,
                                     std::uint32_t& into) {
  if (!value.is_int64()) return wrong_type(field, "a whole number", value);
  const std::int64_t weight = value.as_int64();
  if (weight < 1 || weight > conf::kWeightMax) {
    return BodyFault{"\"" + field + "\" must be between 1 and " + std::to_string(conf::kWeightMax),
                     field};
  }
  into = static_cast<std::uint32_t>(weight);
  return std::nullopt;
}

std::optional<BodyFault> read_id(const json::value& value, const std::string& field,
                                 balancer::NewTarget& target) {
  if (!value.is_string()) return wrong_type(field, "text", value);
  const std::string_view id = value.as_string();
  if (!is_good_id(id)) return bad_id(field);
  target.id = std::string(id);
  return std::nullopt;
}

/// `prefix` is "" or "[3].".
std::variant<balancer::NewTarget, BodyFault> read_member_target(const json::value& value,
                                                                const std::string& prefix) {
  if (!value.is_object()) {
    const std::string place = prefix.empty() ? "the body" : prefix.substr(0, prefix.size() - 1);
    return BodyFault{place + " must be an object like {\"url\": \"http://10.0.0.7:3000\"}, not " +
                         type_name(value),
                     prefix.empty() ? "" : place};
  }
  balancer::NewTarget target;
  target.keeps_weight = !value.as_object().contains("weight");
  for (const auto& [key, member] : value.as_object()) {
    const std::string name(key);
    std::optional<BodyFault> fault;
    if (name == "url") {
      fault = read_url(member, prefix + name, target);
    } else if (name == "weight") {
      fault = read_weight(member, prefix + name, target.server.weight);
    } else if (name == "id") {
      fault = read_id(member, prefix + name, target);
    } else {
      fault = unknown_member(prefix + name, kTargetMembers);
    }
    if (fault) return *fault;
  }
  if (target.server.url.host.empty()) {
    return BodyFault{"\"" + prefix + "url\" is missing, like \"http://10.0.0.7:3000\"",
                     prefix + "url"};
  }
  if (target.id.empty()) target.id = target.server.url.authority();
  return target;
}

}  // namespace

std::variant<json::value, BodyFault> parse_body(std::string_view body) {
  json::parse_options options;
  options.max_depth = kDepthMax;
  boost::system::error_code failed;
  json::value value = json::parse(body, failed, {}, options);
  if (failed) return BodyFault{"the body is not valid JSON: " + failed.message(), ""};
  return value;
}

BodyFault unknown_member(const std::string& field, std::span<const std::string_view> known) {
  const auto dot = field.rfind('.');
  const std::string name = dot == std::string::npos ? field : field.substr(dot + 1);
  return {conf::in_quotes(field) + " is not known here" + conf::did_you_mean(name, known) +
              "; known are " + conf::listed(known),
          field};
}

std::variant<WantedTargets, BodyFault> read_targets(const json::value& value) {
  WantedTargets wanted;
  wanted.is_list = value.is_array();
  if (!wanted.is_list) {
    auto target = read_member_target(value, "");
    if (auto* fault = std::get_if<BodyFault>(&target)) return std::move(*fault);
    wanted.targets.push_back(std::get<balancer::NewTarget>(std::move(target)));
    return wanted;
  }
  std::set<std::string> ids;
  for (const auto& member : value.get_array()) {
    const std::string place = "[" + std::to_string(wanted.targets.size()) + "]";
    auto target = read_member_target(member, place + ".");
    if (auto* fault = std::get_if<BodyFault>(&target)) return std::move(*fault);
    wanted.targets.push_back(std::get<balancer::NewTarget>(std::move(target)));
    const std::string& id = wanted.targets.back().id;
    if (!ids.insert(id).second) return BodyFault{place + " names " + id + " twice", place};
  }
  if (wanted.targets.empty()) return BodyFault{"the array must hold at least one target", ""};
  return wanted;
}

std::variant<balancer::NewTarget, BodyFault> read_target(const json::value& body,
                                                         const std::string& id) {
  if (!is_good_id(id)) return bad_id("target");
  auto read = read_member_target(body, "");
  auto* target = std::get_if<balancer::NewTarget>(&read);
  if (target == nullptr) return read;
  if (body.get_object().contains("id") && target->id != id) {
    return BodyFault{"\"id\" is another one than the path's", "id"};
  }
  target->id = id;
  return read;
}

std::variant<balancer::TargetChange, BodyFault> read_target_change(const json::value& body) {
  static constexpr std::string_view kMembers[] = {"weight", "state"};
  if (!body.is_object() || body.get_object().empty()) {
    return BodyFault{"the body must be an object like {\"weight\": 3} or {\"state\": \"draining\"}",
                     ""};
  }
  balancer::TargetChange change;
  for (const auto& [key, member] : body.get_object()) {
    const std::string name(key);
    std::optional<BodyFault> fault;
    if (name == "weight") {
      fault = read_weight(member, name, change.weight.emplace(1));
    } else if (name == "state") {
      const bool is_known = member == "draining" || member == "serving";
      if (!is_known) fault = BodyFault{"\"state\" must be \"draining\" or \"serving\"", name};
      change.is_drained = member == "draining";
    } else {
      fault = unknown_member(name, kMembers);
    }
    if (fault) return *fault;
  }
  return change;
}

std::variant<std::optional<std::uint32_t>, BodyFault> read_service_change(const json::value& body) {
  static constexpr std::string_view kMembers[] = {"maxInFlight"};
  const json::object* object = body.if_object();
  if (object == nullptr || object->empty()) {
    return BodyFault{"the body must be an object like {\"maxInFlight\": 4}", ""};
  }
  std::optional<std::uint32_t> wanted;
  for (const auto& [key, member] : *object) {
    const std::string name(key);
    if (name != kMembers[0]) return unknown_member(name, kMembers);
    if (member.is_null()) continue;
    const bool is_good =
        member.is_int64() && member.get_int64() >= 0 && member.get_int64() <= kInFlightMax;
    if (!is_good) {
      return BodyFault{"\"maxInFlight\" must be a number of requests from 0 (no limit) to " +
                           std::to_string(kInFlightMax) + ", or null for what the file says",
                       name};
    }
    wanted = static_cast<std::uint32_t>(member.get_int64());
  }
  return wanted;
}

std::variant<std::string, BodyFault> read_log_level(const json::value& body) {
  static constexpr std::string_view kMembers[] = {"level"};
  static constexpr std::string_view kLevels[] = {"trace", "debug", "info",
                                                 "warn",  "error", "fatal"};
  const json::object* object = body.if_object();
  if (object == nullptr || object->empty()) {
    return BodyFault{"the body must be an object like {\"level\": \"debug\"}", ""};
  }
  for (const auto& [key, member] : *object) {
    if (std::string_view(key) != kMembers[0]) return unknown_member(std::string(key), kMembers);
  }
  const json::value& level = object->at("level");
  const std::string word = level.is_string() ? std::string(level.get_string()) : std::string();
  if (std::ranges::find(kLevels, word) != std::end(kLevels)) return word;
  return BodyFault{
      "\"level\" must be one of " + conf::listed(kLevels) + conf::did_you_mean(word, kLevels),
      "level"};
}

std::optional<ServerList> read_server_list(std::string_view body) {
  const auto parsed = parse_body(body);
  const auto* value = std::get_if<json::value>(&parsed);
  if (value == nullptr || !value->is_object()) return std::nullopt;
  const json::value* servers = value->get_object().if_contains("servers");
  if (servers == nullptr || !servers->is_array() || servers->get_array().empty()) {
    return std::nullopt;
  }
  ServerList list;
  for (const auto& member : servers->get_array()) {
    if (!member.is_string() && list.first_not_text == ServerList::npos) {
      list.first_not_text = list.urls.size();
    }
    list.urls.emplace_back(member.is_string() ? std::string(member.get_string()) : std::string());
  }
  return list;
}

bool is_no_body(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return true;
  const auto parsed = parse_body(body);
  const auto* value = std::get_if<json::value>(&parsed);
  return value != nullptr && value->is_object() && value->get_object().empty();
}

}  // namespace gapura::admin
