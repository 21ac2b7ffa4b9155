/// What a service's counters say, tick by tick. Control thread.
#pragma once

#include <optional>
#include <vector>

#include "autoscale/decide/sample.h"
#include "balancer/registry.h"
#include "metrics/service_load.h"

namespace gapura::autoscale {

/// How many targets there are of each kind; nothing of their load. `unborn`: instances that are
/// asked for and no targets yet.
Sample count_targets(const balancer::ServiceView& service, std::uint32_t unborn);

class Sampler {
 public:
  /// `bounds_s`: of ServiceLoad::durations.
  explicit Sampler(std::vector<double> bounds_s) : bounds_s_(std::move(bounds_s)) {}

  /// Size and load. The first one has no load: there is nothing yet to compare with.
  /// `unborn`: as of count_targets().
  Sample take(const balancer::ServiceView& service, const metrics::ServiceLoad& load,
              std::uint32_t unborn, TimePoint now, WallClock::time_point wall);

 private:
  struct Totals {
    TimePoint at{};
    metrics::ServiceLoad load;
    balancer::QueueView queue;
    std::uint32_t in_flight = 0;
  };
  void compare(const Totals& before, const Totals& after, Sample& sample) const;

  const std::vector<double> bounds_s_;
  std::optional<Totals> before_;
};

}  // namespace gapura::autoscale
