/// wrr: targets take turns by weight (turns.h). One worker's; survives reloads. O(log n).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "balancer/pick_request.h"
#include "balancer/turns.h"

namespace gapura::balancer {

class RoundRobin {
 public:
  explicit RoundRobin(const PickStart& start) noexcept : turns_(start.offset) {}

  void adopt(const Service& service);
  std::size_t pick(const Service& service, const PickRequest& request);
  std::uint64_t examined() const noexcept { return turns_.examined(); }

 private:
  Turns turns_;
  std::vector<TargetRef> targets_;  ///< held, so that no new target can have the same address
};

}  // namespace gapura::balancer
