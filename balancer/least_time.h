/// leasttime: of two targets drawn by weight the one that would answer sooner: estimated time to
/// the response's head * (1 + leases held / weight). One worker's; O(log n), at most two targets
/// compared.
///
/// Two, and not all: the fastest of all would get everything while nobody waits, and every worker's
/// next request at once. So each target but the very slowest has its share.
#pragma once

#include "balancer/weighted_draw.h"

namespace gapura::balancer {

class LeastTime {
 public:
  explicit LeastTime(const PickStart& start) noexcept : draw_(start.seed) {}

  void adopt(const Service& service) { draw_.adopt(service); }
  std::size_t pick(const Service& service, const PickRequest& request) {
    const auto [first, second] = draw_.two(service, request);
    if (first == second) return first;
    return cost(service, second, request.now) < cost(service, first, request.now) ? second : first;
  }
  std::uint64_t examined() const noexcept { return draw_.examined(); }

 private:
  double cost(const Service& service, std::size_t place, TimePoint now) const noexcept {
    const TargetState& state = *service.targets[place].state;
    const double in_flight = state.in_flight.load(std::memory_order_relaxed);
    const double weight = draw_.weight(service, place);
    return state.response_time.estimate(now).count() * (1 + in_flight / weight);
  }
  WeightedDraw draw_;
};

}  // namespace gapura::balancer
