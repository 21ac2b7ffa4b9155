/// p2c: of two targets drawn by weight the one with fewer leases held / weight (Mitzenmacher, "The
/// power of two choices in randomized load balancing", 2001); of equals the first drawn, so that
/// idle targets get exactly their share. One worker's; O(log n), at most two targets compared.
#pragma once

#include "balancer/weighted_draw.h"

namespace gapura::balancer {

class TwoChoices {
 public:
  explicit TwoChoices(const PickStart& start) noexcept : draw_(start.seed) {}

  void adopt(const Service& service) { draw_.adopt(service); }
  std::size_t pick(const Service& service, const PickRequest& request) {
    const auto [first, second] = draw_.two(service, request);
    if (first == second) return first;
    const Target& a = service.targets[first];
    const Target& b = service.targets[second];
    return load_of(b) * a.weight < load_of(a) * b.weight ? second : first;
  }
  std::uint64_t examined() const noexcept { return draw_.examined(); }

 private:
  static std::uint64_t load_of(const Target& target) noexcept {
    return target.state->in_flight.load(std::memory_order_relaxed);
  }
  WeightedDraw draw_;
};

}  // namespace gapura::balancer
