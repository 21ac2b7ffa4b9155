#include "autoscale/sampler.h"

#include <algorithm>
#include <utility>

namespace gapura::autoscale {
namespace {

constexpr double kSecond = 1e6;  // microseconds

double difference(std::uint64_t before, std::uint64_t after) noexcept {
  return after > before ? static_cast<double>(after - before) : 0.0;
}

void count(const balancer::TargetView& target, Sample& sample) {
  using balancer::Phase;
  const bool is_fixed = target.origin != balancer::Origin::autoscale;
  switch (target.phase) {
    case Phase::joining:
      // A listed one that never passes its first check must not be waited for for ever.
      is_fixed ? ++sample.suspended : ++sample.booting;
      sample.fixed += is_fixed ? 1 : 0;
      break;
    case Phase::warming:
    case Phase::serving:
      ++sample.serving;
      sample.fixed += is_fixed ? 1 : 0;
      break;
    case Phase::suspended:
      ++sample.suspended;
      sample.fixed += is_fixed ? 1 : 0;
      break;
    case Phase::draining: ++sample.draining; break;
    case Phase::gone: break;
  }
}

}  // namespace

Sample count_targets(const balancer::ServiceView& service, std::uint32_t unborn) {
  Sample sample;
  sample.booting = unborn;
  for (const balancer::TargetView& target : service.targets) {
    count(target, sample);
    sample.in_flight += target.in_flight;
  }
  return sample;
}

Sample Sampler::take(const balancer::ServiceView& service, const metrics::ServiceLoad& load,
                     std::uint32_t unborn, TimePoint now, WallClock::time_point wall) {
  Sample sample = count_targets(service, unborn);
  sample.at = now;
  sample.wall = wall;
  Totals totals{.at = now,
                .load = load,
                .queue = service.queue.value_or(balancer::QueueView{}),
                .in_flight = sample.in_flight};
  sample.queued = totals.queue.length;
  sample.has_load = before_.has_value() && before_->at < now;
  if (sample.has_load) compare(*before_, totals, sample);
  before_ = std::move(totals);
  return sample;
}

void Sampler::compare(const Totals& before, const Totals& after, Sample& sample) const {
  sample.span =
      std::max(std::chrono::duration_cast<Milliseconds>(after.at - before.at), Milliseconds(1));
  // What came is what ended, and what there is more of than before.
  const double more = static_cast<double>(after.in_flight) + after.queue.length -
                      (static_cast<double>(before.in_flight) + before.queue.length);
  sample.arrived = std::max(0.0, difference(before.load.requests, after.load.requests) + more);
  sample.finished = difference(before.load.answered, after.load.answered);
  sample.queue_waits = difference(before.queue.ended, after.queue.ended);
  sample.queue_wait_s = difference(before.queue.waited_us, after.queue.waited_us) / kSecond;
  const double took_s = after.load.answered_s - before.load.answered_s;
  sample.busy_s = std::max(0.0, took_s - sample.queue_wait_s);
  sample.bounds_s = bounds_s_;
  sample.latencies.assign(bounds_s_.size() + 1, 0.0);
  for (std::size_t i = 0; i < after.load.durations.size() && i < sample.latencies.size(); ++i) {
    const std::uint64_t earlier =
        i < before.load.durations.size() ? before.load.durations[i] : std::uint64_t{0};
    sample.latencies[i] = difference(earlier, after.load.durations[i]);
  }
}

}  // namespace gapura::autoscale
