/// Routers, services and entry points in the shapes of Traefik's API. Pure; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "balancer/registry.h"
#include "conf/static_config.h"

namespace gapura::admin {

boost::json::object traefik_router(const balancer::RouterView& router);

/// `live` is the service's in the last snapshot; null: it has none. `users` are its routers' names.
/// A server is UP when a target of it is used, whatever else; the others, draining ones too, are
/// DOWN, for Traefik's clients know no third word.
boost::json::object traefik_service(const balancer::ServiceView& service,
                                    const balancer::Snapshot* snapshot,
                                    const std::vector<std::string>& users);

boost::json::object traefik_entry_point(const conf::EntryPoint& entry_point);

/// As Go writes a duration: "1m30s", "300ms", "0s".
std::string go_duration(Milliseconds time);

}  // namespace gapura::admin
