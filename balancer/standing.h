/// Whether a service can serve a request now: what services over services decide by. Pure but for
/// the targets' flags; any thread.
#pragma once

#include "balancer/pick_request.h"
#include "balancer/snapshot.h"

namespace gapura::balancer {

/// Rising.
enum class Standing {
  none,      ///< it has no target that was not tried
  doubtful,  ///< only suspended ones
  good,      ///< one that is not suspended. It may be full: then the request waits
};

/// Of services over services the best of what they may choose; of a mirroring one, its service's.
/// Looks at targets until one is good. O(n) when none is; no allocation.
Standing standing(const Snapshot& snapshot, const Service& service, const PickRequest& request);

}  // namespace gapura::balancer
