#include "admin/live_stats.h"

#include <boost/json/array.hpp>
#include <utility>

namespace gapura::admin {
namespace json = boost::json;

namespace {

/// Timers are late, never early: whoever comes a little sooner gets what the others had.
constexpr Milliseconds kSlack{100};
/// Above this nobody has looked meanwhile, and a mean over that time would say nothing of now.
constexpr double kSpanMax_s = 5;

/// What was counted since `before`.
metrics::ServiceLoad difference(const metrics::ServiceLoad& now,
                                const metrics::ServiceLoad& before) {
  metrics::ServiceLoad since = now;
  since.requests -= before.requests;
  for (std::size_t i = 0; i < before.durations.size(); ++i) {
    since.durations[i] -= before.durations[i];
  }
  return since;
}

json::object object_of(const balancer::TargetGlance& target) {
  json::object object;
  object["id"] = target.id;
  object["phase"] = balancer::to_string(target.phase);
  object["inFlight"] = target.in_flight;
  const auto per_s = target.rate == nullptr ? std::nullopt : target.rate->per_second();
  if (per_s) object["requestsPerSecond"] = rounded(*per_s);
  return object;
}

}  // namespace

LiveStats::LiveStats(const balancer::Registry& registry, LoadDoor loads)
    : registry_(registry), loads_(std::move(loads)) {}

const std::string& LiveStats::text(TimePoint now, WallTime wall) {
  const bool is_first = text_.empty();
  if (!is_first && now - made_at_ < kEvery - kSlack) return text_;
  const double span_s = std::chrono::duration<double>(now - made_at_).count();
  const bool has_span = !is_first && span_s <= kSpanMax_s;
  auto loads = loads_.read();
  json::array services;
  registry_.each_service([&](const balancer::ServiceGlance& service) {
    // One that is disabled, or in no file any more, is not counted.
    const auto load = loads.find(service.name());
    const bool is_counted = load != loads.end();
    services.push_back(service_of(service, is_counted ? load->second : metrics::ServiceLoad{},
                                  has_span && is_counted ? span_s : 0));
  });
  json::object stats;
  stats["at"] = rfc3339_ms(wall);
  stats["services"] = std::move(services);
  text_ = to_text(stats);
  text_.pop_back();  // the line's end
  before_ = std::move(loads);
  made_at_ = now;
  return text_;
}

json::object LiveStats::service_of(const balancer::ServiceGlance& service,
                                   const metrics::ServiceLoad& load, double span_s) const {
  json::object object;
  object["name"] = service.name();
  const auto before = before_.find(service.name());
  if (span_s > 0 && before != before_.end()) {
    const metrics::ServiceLoad since = difference(load, before->second);
    object["requestsPerSecond"] = rounded(static_cast<double>(since.requests) / span_s);
    const auto p50_s = metrics::quantile_s(since.durations, loads_.bounds_s, 0.5);
    const auto p95_s = metrics::quantile_s(since.durations, loads_.bounds_s, 0.95);
    if (p50_s) object["p50Ms"] = rounded(*p50_s * 1'000);
    if (p95_s) object["p95Ms"] = rounded(*p95_s * 1'000);
  }
  if (const auto queue = service.queue()) object["queued"] = queue->length;
  json::array targets;
  service.each_target(
      [&](const balancer::TargetGlance& target) { targets.push_back(object_of(target)); });
  object["targets"] = std::move(targets);
  return object;
}

}  // namespace gapura::admin
