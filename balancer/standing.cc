#include "balancer/standing.h"

#include <algorithm>

namespace gapura::balancer {
namespace {

Standing of_targets(const Service& service, const PickRequest& request) {
  Standing best = Standing::none;
  for (const Target& target : service.targets) {
    if (is_tried(request, *target.state)) continue;
    if (!is_suspended(*target.state)) return Standing::good;
    best = Standing::doubtful;
  }
  return best;
}

}  // namespace

Standing standing(const Snapshot& snapshot, const Service& service, const PickRequest& request) {
  const auto at = [&](std::size_t place) {
    return standing(snapshot, snapshot.services[place], request);
  };
  const auto best_of = [&](const auto& children) {
    Standing best = Standing::none;
    for (const auto& child : children) {
      best = std::max(best, at(child.place));
      if (best == Standing::good) break;
    }
    return best;
  };
  if (const auto* weighted = std::get_if<Weighted>(&service.composite)) {
    return best_of(weighted->children);
  }
  if (const auto* hashed = std::get_if<HighestRandomWeight>(&service.composite)) {
    return best_of(hashed->children);
  }
  if (const auto* failover = std::get_if<Failover>(&service.composite)) {
    const Standing first = at(failover->service);
    return first == Standing::good ? first : std::max(first, at(failover->fallback));
  }
  if (const auto* mirroring = std::get_if<Mirroring>(&service.composite)) {
    return at(mirroring->service);
  }
  return of_targets(service, request);
}

}  // namespace gapura::balancer
