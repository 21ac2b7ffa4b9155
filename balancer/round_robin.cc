#include "balancer/round_robin.h"

namespace gapura::balancer {

static_assert(Turns::npos == kNoPlace);

void RoundRobin::adopt(const Service& service) {
  std::vector<Turns::Item> items;
  std::vector<TargetRef> targets;
  items.reserve(service.targets.size());
  targets.reserve(service.targets.size());
  for (const Target& target : service.targets) {
    const auto key =
        static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(target.state.get()));
    items.push_back({key, target.weight});
    targets.push_back(target.state);
  }
  // The old ones are let go only now: a newcomer must not have the address of one that is known.
  turns_.adopt(items);
  targets_ = std::move(targets);
}

std::size_t RoundRobin::pick(const Service& /*service*/, const PickRequest& request) {
  return turns_.pick([&](std::size_t place) { return is_suspended(*targets_[place]); },
                     [&](std::size_t place) { return is_excluded(request, *targets_[place]); });
}

}  // namespace gapura::balancer
