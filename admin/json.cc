#include "admin/json.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <ctime>
#include <set>

namespace gapura::admin {
namespace json = boost::json;

namespace {

constexpr std::size_t kDepthMax = 16;
constexpr std::size_t kIdBytesMax = 255;
constexpr std::int64_t kWeightMax = 1'000'000;

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
                                     balancer::NewTarget& target) {
  if (!value.is_int64()) return wrong_type(field, "a whole number", value);
  const std::int64_t weight = value.as_int64();
  if (weight < 1 || weight > kWeightMax) {
    return BodyFault{"\"" + field + "\" must be between 1 and 1000000", field};
  }
  target.server.weight = static_cast<std::uint32_t>(weight);
  return std::nullopt;
}

std::optional<BodyFault> read_id(const json::value& value, const std::string& field,
                                 balancer::NewTarget& target) {
  if (!value.is_string()) return wrong_type(field, "text", value);
  const std::string_view id = value.as_string();
  if (!is_good_id(id)) {
    return BodyFault{"\"" + field +
                         "\" must be 1 to 255 visible ASCII characters without quotes, "
                         "backslashes and @",
                     field};
  }
  target.id = std::string(id);
  return std::nullopt;
}

/// `prefix` is "" or "[3].".
std::variant<balancer::NewTarget, BodyFault> read_target(const json::value& value,
                                                         const std::string& prefix) {
  if (!value.is_object()) {
    const std::string place = prefix.empty() ? "the body" : prefix.substr(0, prefix.size() - 1);
    return BodyFault{place + " must be an object like {\"url\": \"http://10.0.0.7:3000\"}, not " +
                         type_name(value),
                     prefix.empty() ? "" : place};
  }
  balancer::NewTarget target;
  for (const auto& [key, member] : value.as_object()) {
    const std::string name(key);
    std::optional<BodyFault> fault;
    if (name == "url") {
      fault = read_url(member, prefix + name, target);
    } else if (name == "weight") {
      fault = read_weight(member, prefix + name, target);
    } else if (name == "id") {
      fault = read_id(member, prefix + name, target);
    } else {
      fault = BodyFault{"\"" + prefix + name + "\" is not known here: use url, id and weight",
                        prefix + name};
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

void append(std::string& out, const json::value& value);

void append(std::string& out, const json::object& object) {
  out.push_back('{');
  bool is_first = true;
  for (const auto& [key, member] : object) {
    if (!std::exchange(is_first, false)) out.push_back(',');
    out.append(json::serialize(key)).push_back(':');
    append(out, member);
  }
  out.push_back('}');
}

void append(std::string& out, const json::array& array) {
  out.push_back('[');
  bool is_first = true;
  for (const auto& member : array) {
    if (!std::exchange(is_first, false)) out.push_back(',');
    append(out, member);
  }
  out.push_back(']');
}

void append(std::string& out, const json::value& value) {
  if (value.is_object()) return append(out, value.get_object());
  if (value.is_array()) return append(out, value.get_array());
  if (!value.is_double()) {
    out.append(json::serialize(value));
    return;
  }
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value.get_double(),
                                 std::chars_format::fixed);
  const bool is_writable = end.ec == std::errc() && std::isfinite(value.get_double());
  out.append(is_writable ? std::string_view(text.data(), end.ptr) : "null");
}

json::value last_probe_of(const balancer::TargetView& target, WallTime now) {
  if (!target.last_probe) return nullptr;
  const auto& [ago, result] = *target.last_probe;
  json::object object;
  object["at"] = rfc3339(now - ago);
  object["ok"] = result.is_good();
  object["status"] = result.status == 0 ? json::value(nullptr) : json::value(result.status);
  object["error"] = result.is_good() ? json::value(nullptr) : json::value(result.fault);
  object["took"] = result.took.count();
  return object;
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

std::variant<WantedTargets, BodyFault> read_targets(std::string_view body) {
  auto parsed = parse_body(body);
  if (auto* fault = std::get_if<BodyFault>(&parsed)) return std::move(*fault);
  const json::value& value = std::get<json::value>(parsed);

  WantedTargets wanted;
  wanted.is_list = value.is_array();
  if (!wanted.is_list) {
    auto target = read_target(value, "");
    if (auto* fault = std::get_if<BodyFault>(&target)) return std::move(*fault);
    wanted.targets.push_back(std::get<balancer::NewTarget>(std::move(target)));
    return wanted;
  }
  std::set<std::string> ids;
  for (const auto& member : value.get_array()) {
    const std::string place = "[" + std::to_string(wanted.targets.size()) + "]";
    auto target = read_target(member, place + ".");
    if (auto* fault = std::get_if<BodyFault>(&target)) return std::move(*fault);
    wanted.targets.push_back(std::get<balancer::NewTarget>(std::move(target)));
    const std::string& id = wanted.targets.back().id;
    if (!ids.insert(id).second) return BodyFault{place + " names " + id + " twice", place};
  }
  if (wanted.targets.empty()) return BodyFault{"the array must hold at least one target", ""};
  return wanted;
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

json::object to_json(const balancer::TargetView& target, WallTime now) {
  json::object object;
  object["id"] = target.id;
  object["url"] = target.url;
  if (!target.address.empty()) object["address"] = target.address;
  object["state"] = to_string(target.phase);
  object["inFlight"] = target.in_flight;
  object["weight"] = target.weight;
  object["origin"] = to_string(target.origin);
  object["reason"] = target.reason;
  object["since"] = rfc3339(now - target.in_phase_for);
  object["sinceSeconds"] = static_cast<double>(target.in_phase_for.count()) / 1000;
  object["lastProbe"] = last_probe_of(target, now);
  return object;
}

json::value to_json(const std::vector<balancer::TargetView>& targets, WallTime now) {
  if (targets.size() == 1) return to_json(targets.front(), now);
  json::array array;
  for (const balancer::TargetView& one : targets) array.push_back(to_json(one, now));
  return array;
}

json::object to_json(const balancer::ServiceView& service, WallTime now) {
  json::object object;
  object["name"] = service.name;
  object["provider"] = service.provider;
  object["kind"] = service.kind;
  if (!service.strategy.empty()) object["strategy"] = service.strategy;
  if (!service.children.empty()) {
    json::array children;
    for (const auto& one : service.children) children.push_back(json::value(one));
    object["services"] = std::move(children);
  }
  object["status"] = service.fault.empty() ? "enabled" : "disabled";
  if (!service.fault.empty()) object["fault"] = service.fault;
  if (service.is_panic) object["panic"] = *service.is_panic;
  json::array targets;
  for (const auto& one : service.targets) targets.push_back(to_json(one, now));
  object["targets"] = std::move(targets);
  return object;
}

json::object to_json(const balancer::RouterView& router) {
  json::object object;
  object["name"] = router.name;
  object["rule"] = router.rule;
  object["service"] = router.service;
  object["priority"] = router.priority;
  json::array entry_points;
  for (const auto& one : router.entry_points) entry_points.push_back(json::value(one));
  object["entryPoints"] = std::move(entry_points);
  object["status"] = router.fault.empty() ? "enabled" : "disabled";
  if (!router.fault.empty()) object["fault"] = router.fault;
  return object;
}

json::object to_json(const conf::Problem& problem) {
  json::object object;
  object["severity"] = problem.severity == conf::Severity::error ? "error" : "warning";
  object["file"] = problem.file;
  if (problem.line > 0) object["line"] = problem.line;
  if (problem.column > 0) object["column"] = problem.column;
  if (!problem.path.empty()) object["path"] = problem.path;
  object["message"] = problem.message;
  return object;
}

std::string to_text(const json::value& value) {
  std::string out;
  append(out, value);
  out.push_back('\n');
  return out;
}

std::string rfc3339(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

std::string rfc3339_ms(WallTime time) {
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
  const std::string digits = std::to_string(1'000 + since.count() % 1'000);
  std::string text = rfc3339(time);
  return text.insert(text.size() - 1, "." + digits.substr(1));
}

}  // namespace gapura::admin
