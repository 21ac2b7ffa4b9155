/// What the registry holds -> what the workers need. Control thread only. O(services + targets).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "balancer/members.h"
#include "balancer/snapshot.h"

namespace gapura::balancer {

/// Without a version. Services are those that are enabled, in the order of their names, and the
/// places in it are the ones that enabled_services() gives.
Snapshot build_snapshot(const std::map<std::string, ServiceEntry>& services,
                        const std::vector<Member*>& draining,
                        const std::vector<routing::Table>& tables, std::size_t target_slots,
                        std::size_t service_slots);

/// The place of every service that can be routed to, by name.
std::map<std::string, std::size_t> enabled_services(const conf::DynamicConfig& files);

/// Nothing that a worker could notice differs. Versions and routes are not compared.
bool is_same(const Snapshot& a, const Snapshot& b);

}  // namespace gapura::balancer
