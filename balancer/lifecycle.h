/// The life of a target as one pure function: (phase, what happened) -> phase.
/// Nobody else decides a phase; the registry asks here and publishes what follows.
#pragma once

#include <optional>

#include "balancer/target.h"

namespace gapura::balancer {

/// What may happen to a target.
enum class LifeEvent {
  ready,    ///< it may be used: it is known to be well, or there is no reason for doubt
  warm_up,  ///< the same, and it is to get its share step by step
  doubt,    ///< it could not be connected to, a check failed, or too many requests did
  drain,    ///< somebody wants no new requests there
  undrain,  ///< ... and changed their mind before it was empty
  drained,  ///< nothing is in flight and no worker can pick it any more
};

/// The phase after `event`, or nullopt when the event means nothing in that phase (a
/// failed check of a draining target, say). `gone` is final: what comes back is a new TargetState.
std::optional<Phase> next_phase(Phase from, LifeEvent event) noexcept;

}  // namespace gapura::balancer
