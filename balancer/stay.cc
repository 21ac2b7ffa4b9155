// Who drains and is used for a while yet: the last targets of a service, rather than to answer 503,
// since what replaces them is usually on its way; and with `drain: sticky` every target, by the
// clients whose cookie names it.
#include <algorithm>

#include "balancer/registry_state.h"

namespace gapura::balancer {

bool Registry::State::settle_stays(TimePoint now) {
  bool has_some = false;
  for (Member* member : draining) {
    if (!member->drain) continue;
    member->stay = stay_of(*member, now);
    has_some = has_some || member->stay != Member::Stay::none;
  }
  return has_some;
}

Member::Stay Registry::State::stay_of(const Member& member, TimePoint now) {
  const ServiceEntry& service = *member.service;
  // Once workers were told to leave it out, it stays out: that is what the drain's end stands on.
  const bool may_stay =
      service.is_enabled() && member.was_used && !member.drain->is_published() &&
      now - member.drain->began() < std::min(service.config.drain_timeout, member.drain->limit()) &&
      !member.state->is_suspended.load(std::memory_order_relaxed);
  if (!may_stay) return Member::Stay::none;
  // Where requests wait for the first target, nobody is refused without one.
  const bool is_needed =
      !service.waits_at_zero() &&
      std::ranges::none_of(service.members, [](const auto& other) { return other->is_well(); });
  if (is_needed) return Member::Stay::last_resort;
  const bool keeps_clients =
      service.config.drain == conf::DrainKind::sticky && service.config.sticky.has_value();
  return keeps_clients ? Member::Stay::for_cookies : Member::Stay::none;
}

}  // namespace gapura::balancer
