/// Where a request for a service may end: its children, or its targets. Control thread only.
#pragma once

#include <boost/json/object.hpp>

#include "balancer/pick_request.h"
#include "balancer/registry.h"

namespace gapura::admin {

/// {"name","kind","strategy","sticky":{…},"services":[…],
/// "targets":[{"id","url","phase","canBePicked","why"}]}; "sticky", of a service that is so, is
/// what explain_sticky() gives. `place` is in `snapshot.services`. A child says in "isTaken"
/// whether this request would come there; where that is a matter of turns it is null, and "weight"
/// says its share.
boost::json::object explain_service(const balancer::Registry& registry,
                                    const balancer::Snapshot& snapshot, std::size_t place,
                                    const balancer::PickRequest& request);

/// Whether a target is left for the request in what explain_service() gave.
bool can_serve(const boost::json::object& service);

}  // namespace gapura::admin
