#include "autoscale/decide/policy_text.h"

#include <boost/json.hpp>

#include "conf/dynamic_config.h"

namespace gapura::autoscale {
namespace {

namespace json = boost::json;

std::string time_text(Milliseconds time) {
  return std::to_string(time.count()) + "ms";
}

const char* key_of(conf::ResourceSignal::Kind kind) {
  switch (kind) {
    case conf::ResourceSignal::Kind::cpu: return "cpu";
    case conf::ResourceSignal::Kind::memory: return "memory";
    case conf::ResourceSignal::Kind::cpu_and_memory: break;
  }
  return "cpuAndMemory";
}

void write_signals(const conf::Autoscale& policy, json::object& out) {
  for (const auto& signal : policy.resources) {
    json::object& one = out[key_of(signal.kind)].emplace_object();
    one = {{"up", signal.up},
           {"port", signal.port},
           {"path", signal.path},
           {"window", time_text(signal.window)}};
    if (signal.down) one["down"] = *signal.down;
  }
  json::array queries, schedule;
  for (const auto& query : policy.queries) {
    queries.push_back({{"name", query.name},
                       {"server", query.server},
                       {"query", query.query},
                       {"target", query.target},
                       {"total", query.is_total},
                       {"every", time_text(query.every)}});
  }
  for (const auto& minimum : policy.schedule) {
    schedule.push_back({{"cron", minimum.cron},
                        {"zone", minimum.zone},
                        {"for", time_text(minimum.lasts)},
                        {"min", minimum.min}});
  }
  out["queries"] = std::move(queries);
  out["schedule"] = std::move(schedule);
}

}  // namespace

std::string policy_text(const conf::Autoscale& policy) {
  json::object out{
      {"mode", std::string(to_string(policy.mode))},
      {"min", policy.min},
      {"max", policy.max},
      {"warm", policy.warm},
      {"concurrency", policy.concurrency},
      {"requestsPerSecond", policy.requests_per_second},
      {"utilization", policy.utilization},
      {"safeUtilization", policy.safe_utilization},
      {"queueWait", time_text(policy.queue_wait)},
      {"margin", policy.margin},
      {"tolerance", {{"up", policy.up_tolerance}, {"down", policy.down_tolerance}}},
      {"step", {{"up", policy.up_step}, {"down", policy.down_step}}},
      {"window", {{"up", time_text(policy.up_window)}, {"down", time_text(policy.down_window)}}},
      {"cooldown",
       {{"up", time_text(policy.up_cooldown)}, {"down", time_text(policy.down_cooldown)}}},
      {"maxCreatesPerHour", policy.creates_per_hour},
      {"maxDeletesPerHour", policy.deletes_per_hour}};
  if (policy.latency) {
    out["latency"] = {{"percentile", policy.latency->percentile},
                      {"most", time_text(policy.latency->most)}};
  }
  write_signals(policy, out);
  return json::serialize(out);
}

std::optional<conf::Autoscale> read_policy_text(std::string_view text, std::string* fault) {
  // Below a service, so that there is one reader of policies. In a flow map, JSON stays as it is;
  // block text is moved to the right.
  std::string yaml =
      "http:\n  services:\n    s:\n      loadBalancer: {servers: []}\n      autoscale:\n";
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    yaml += "        " + std::string(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  const conf::DynamicResult result = conf::parse_dynamic(yaml, "policy");
  for (const conf::Problem& problem : result.problems) {
    if (problem.severity != conf::Severity::error) continue;
    const std::string prefix = "http.services.s.autoscale";
    std::string path = problem.path;
    if (path.starts_with(prefix)) path = path.substr(std::min(prefix.size() + 1, path.size()));
    *fault = (path.empty() ? "" : path + ": ") + problem.message;
    return std::nullopt;
  }
  const auto service = result.config.services.find("s");
  if (service == result.config.services.end() || !service->second.autoscale) {
    *fault = "it holds no policy";
    return std::nullopt;
  }
  return service->second.autoscale;
}

}  // namespace gapura::autoscale
