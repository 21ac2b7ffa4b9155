/// `failover`: one service, and another one while the first cannot serve, or for requests that the
/// first answered with a status that is not for clients. Pure.
#pragma once

#include <cstddef>

#include "balancer/pick_request.h"
#include "balancer/snapshot.h"

namespace gapura::balancer {

/// Place in Snapshot::services: the fallback when it stands better, or when `has_fallen` says that
/// the service has answered this very request and was not good enough.
std::size_t choose_child(const Snapshot& snapshot, const Failover& failover,
                         const PickRequest& request, bool has_fallen);

/// A response with this status is dropped for the fallback's.
bool is_unwanted(const Failover& failover, unsigned status) noexcept;

}  // namespace gapura::balancer
