#include "balancer/lifecycle.h"

namespace gapura::balancer {

std::optional<Phase> next_phase(Phase from, LifeEvent event) noexcept {
  switch (event) {
    case LifeEvent::ready:
      if (from == Phase::joining || from == Phase::warming || from == Phase::suspended) {
        return Phase::serving;
      }
      break;
    case LifeEvent::warm_up:
      if (from == Phase::joining || from == Phase::suspended) return Phase::warming;
      break;
    case LifeEvent::doubt:
      if (is_well(from)) return Phase::suspended;
      break;
    case LifeEvent::drain:
      if (from != Phase::draining && from != Phase::gone) return Phase::draining;
      break;
    case LifeEvent::undrain:
      // Through joining, so that what is needed before serving is asked again.
      if (from == Phase::draining) return Phase::joining;
      break;
    case LifeEvent::drained:
      if (from == Phase::draining) return Phase::gone;
      break;
  }
  return std::nullopt;
}

}  // namespace gapura::balancer
