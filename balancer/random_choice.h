/// random: any target, each as often as its weight says. One worker's; O(log n).
#pragma once

#include "balancer/weighted_draw.h"

namespace gapura::balancer {

class RandomChoice {
 public:
  explicit RandomChoice(const PickStart& start) noexcept : draw_(start.seed) {}

  void adopt(const Service& service) { draw_.adopt(service); }
  std::size_t pick(const Service& service, const PickRequest& request) {
    return draw_.one(service, request);
  }
  std::uint64_t examined() const noexcept { return draw_.examined(); }

 private:
  WeightedDraw draw_;
};

}  // namespace gapura::balancer
