/// Where a request's sticky cookie leads, and whether it is followed. Control thread only.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "balancer/pick_request.h"
#include "balancer/registry.h"

namespace gapura::admin {

/// {"cookie","leadsTo","isKept","why"}: `leadsTo` is a target's id, or null where the cookie leads
/// nowhere. Of a service that is sticky; `view` is the same one's.
boost::json::object explain_sticky(const balancer::Service& service,
                                   const balancer::ServiceView& view,
                                   const balancer::PickRequest& request);

/// The same of a weighted service that is sticky; `leadsTo` is a child's name.
boost::json::object explain_sticky(const balancer::Snapshot& snapshot,
                                   const balancer::Weighted& weighted,
                                   const balancer::PickRequest& request);

/// Where the cookie leads, if it is followed; empty: it is not, or there is none.
std::string kept_in(const boost::json::object& service);

}  // namespace gapura::admin
