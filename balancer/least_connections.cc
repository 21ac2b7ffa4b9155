#include "balancer/least_connections.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace gapura::balancer {

void LeastConnections::adopt(const Service& service) {
  const std::size_t count = service.targets.size();
  if (count > kScanMax) {
    order_.adopt(service);
  } else {
    order_ = {};
  }
  const auto is_same = [](const TargetRef& known, const Target& target) {
    return known == target.state;
  };
  if (std::ranges::equal(known_, service.targets, is_same)) return;
  const std::vector<TargetRef> old = std::exchange(known_, {});
  const std::size_t next = std::exchange(cursor_, 0);
  known_.reserve(count);
  for (const Target& target : service.targets) known_.push_back(target.state);
  if (count == 0) return;
  if (std::exchange(is_first_, false)) {
    cursor_ = offset_ % count;
    return;
  }
  // On with the target that was next; if that one left, with its first successor.
  std::unordered_map<const TargetState*, std::size_t> places;
  places.reserve(count);
  for (std::size_t i = 0; i < count; ++i) places.emplace(known_[i].get(), i);
  for (std::size_t i = 0; i < old.size(); ++i) {
    const auto found = places.find(old[(next + i) % old.size()].get());
    if (found == places.end()) continue;
    cursor_ = found->second;
    return;
  }
}

std::size_t LeastConnections::scan(const Service& service, const PickRequest& request) {
  struct Best {
    std::size_t place = kNoPlace;
    std::uint64_t in_flight = 0;
    std::uint64_t weight = 1;
  };
  Best healthy, suspended;
  const std::size_t count = service.targets.size();
  examined_ += count;
  for (std::size_t n = 0, i = cursor_; n < count; ++n, i = i + 1 == count ? 0 : i + 1) {
    const Target& target = service.targets[i];
    Best& best = is_suspended(*target.state) ? suspended : healthy;
    const std::uint64_t in_flight = target.state->in_flight.load(std::memory_order_relaxed);
    // Only a strictly smaller one replaces: among equals the first behind the last pick wins.
    if (best.place != kNoPlace && in_flight * best.weight >= best.in_flight * target.weight) {
      continue;
    }
    if (is_excluded(request, *target.state)) continue;
    best = {i, in_flight, target.weight};
  }
  const std::size_t place = healthy.place != kNoPlace ? healthy.place : suspended.place;
  if (place != kNoPlace) cursor_ = place + 1 == count ? 0 : place + 1;
  return place;
}

}  // namespace gapura::balancer
