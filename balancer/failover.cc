#include "balancer/failover.h"

#include <algorithm>

#include "balancer/standing.h"

namespace gapura::balancer {

std::size_t choose_child(const Snapshot& snapshot, const Failover& failover,
                         const PickRequest& request, bool has_fallen) {
  if (has_fallen) return failover.fallback;
  const Standing first = standing(snapshot, snapshot.services[failover.service], request);
  if (first == Standing::good) return failover.service;
  const Standing second = standing(snapshot, snapshot.services[failover.fallback], request);
  return second > first ? failover.fallback : failover.service;
}

bool is_unwanted(const Failover& failover, unsigned status) noexcept {
  return std::ranges::any_of(failover.statuses, [&](const conf::StatusRange& range) {
    return range.first <= status && status <= range.last;
  });
}

}  // namespace gapura::balancer
