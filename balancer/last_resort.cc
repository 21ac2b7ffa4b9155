// A service whose targets all drain goes on with them for a while, rather than to answer 503: what
// replaces them is usually on its way.
#include <algorithm>

#include "balancer/registry_state.h"

namespace gapura::balancer {

bool Registry::State::keep_last_resorts(TimePoint now) {
  bool has_some = false;
  for (Member* member : draining) {
    if (!member->drain) continue;
    const ServiceEntry& service = *member->service;
    // Once workers were told to leave it out, it stays out: that is what the drain's end stands on.
    const bool may_stay = service.is_enabled() && !member->drain->is_published() &&
                          now - member->drain->began() < service.config.drain_timeout;
    const bool is_needed =
        may_stay && member->endpoint.is_set() &&
        !member->state->is_suspended.load(std::memory_order_relaxed) &&
        std::ranges::none_of(service.members, [](const auto& other) { return other->is_well(); });
    member->is_last_resort = is_needed;
    has_some = has_some || is_needed;
  }
  return has_some;
}

}  // namespace gapura::balancer
