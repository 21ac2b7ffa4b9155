#include "admin/json.h"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <ctime>
#include <utility>

namespace gapura::admin {
namespace json = boost::json;

namespace {

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

double rounded(double number) {
  return std::round(number * 10) / 10;
}

json::object to_json(const balancer::TargetView& target, WallTime now) {
  json::object object;
  object["id"] = target.id;
  object["url"] = target.url;
  if (!target.address.empty()) object["address"] = target.address;
  object["state"] = to_string(target.phase);
  object["weight"] = target.weight;
  object["drained"] = target.is_drained;
  object["ramp"] = target.ramp_percent / 100.0;
  object["inFlight"] = target.in_flight;
  object["upgrades"] = target.upgrades;
  object["requests"] = target.requests;
  const auto& rate = target.requests_per_s;
  object["requestsPerSecond"] = rate ? json::value(rounded(*rate)) : nullptr;
  object["finished"] = target.finished;
  object["cut"] = target.cut;
  const auto& took = target.response_time;
  object["responseTime"] = took ? json::value(took->count()) : nullptr;
  object["origin"] = to_string(target.origin);
  object["reason"] = target.reason;
  object["since"] = rfc3339(now - target.in_phase_for);
  object["sinceSeconds"] = static_cast<double>(target.in_phase_for.count()) / 1000;
  object["lastProbe"] = last_probe_of(target, now);
  if (target.ttl.count() != 0) object["ttl"] = static_cast<double>(target.ttl.count()) / 1000;
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
  if (service.children.empty()) object["maxInFlight"] = service.in_flight_max;
  if (service.queue) object["queued"] = service.queue->length;
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
