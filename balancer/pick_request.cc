#include "balancer/pick_request.h"

namespace gapura::balancer {

bool must_wait(const Service& service, const PickRequest& request, std::size_t picked) noexcept {
  if (service.targets.empty()) return service.waits_at_zero;
  if (request.in_flight_max == 0) return false;
  const bool is_any = picked == kNoPlace;
  if (!is_any && !is_suspended(*service.targets[picked].state)) return false;
  const auto is_worth_it = [&](const Target& target) {
    const TargetState& state = *target.state;
    if (is_tried(request, state)) return false;
    // Who was full when nobody could be picked may have room by now: then the wait is over at once.
    return is_any || (!is_suspended(state) && is_full(request, state));
  };
  return std::ranges::any_of(service.targets, is_worth_it);
}

}  // namespace gapura::balancer
