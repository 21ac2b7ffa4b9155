/// `highestRandomWeight`: the client's address decides which child a request goes to, the same one
/// as long as that can serve, in every worker and every instance of Gapura (rendezvous.h). Pure.
#pragma once

#include <cstddef>

#include "balancer/pick_request.h"
#include "balancer/snapshot.h"

namespace gapura::balancer {

/// Place in Snapshot::services. Of those that stand best; O(children).
std::size_t choose_child(const Snapshot& snapshot, const HighestRandomWeight& hashed,
                         const PickRequest& request);

}  // namespace gapura::balancer
