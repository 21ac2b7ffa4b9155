// When too few of a service's targets are well, those that are would get more than they can take,
// and fail too. So below panicThreshold the targets that only fail checks or requests are used like
// the others. Never those that cannot be connected to: nobody is helped there.
#include "balancer/registry_state.h"

namespace gapura::balancer {

void Registry::State::settle_panics() {
  for (auto& [name, service] : services) {
    if (service.config.panic_percent != 0 || service.is_panic) settle_panic(service);
  }
}

void Registry::State::settle_panic(ServiceEntry& service) {
  std::size_t all = 0;
  std::size_t well = 0;
  for (const auto& member : service.members) {
    if (!member->is_well() && member->phase != Phase::suspended) continue;
    ++all;
    well += member->is_well() ? 1 : 0;
  }
  const bool is_panic = well * 100 < all * service.config.panic_percent;
  if (is_panic != service.is_panic) {
    service.is_panic = is_panic;
    Event event{is_panic ? Event::Kind::panic_begun : Event::Kind::panic_ended, {}, {}, {}};
    event.target.service = service.config.name;
    event.target.reason = std::to_string(well) + " of " + std::to_string(all) + " targets are well";
    events.push_back(std::move(event));
  }
  for (const auto& member : service.members) {
    if (member->phase != Phase::suspended) continue;
    const bool is_used =
        is_panic && member->doubt != Member::Doubt::connect && !member->is_unreachable;
    member->state->is_suspended.store(!is_used, std::memory_order_relaxed);
  }
}

}  // namespace gapura::balancer
