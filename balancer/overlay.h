/// What the API (later: the autoscaler) changed on top of the YAML files. Value; this is what the
/// state file holds. Truth is: files, then overlay (docs/architecture.md).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "balancer/target.h"
#include "conf/dynamic_config.h"

namespace gapura::balancer {

struct AddedTarget {
  conf::Server server;
  Origin origin = Origin::admin;
  friend bool operator==(const AddedTarget&, const AddedTarget&) = default;
};

struct ServiceOverlay {
  std::map<std::string, AddedTarget> added;  ///< by target id
  /// Ids that a file lists and the API removed. Ends when the service's entry in the file changes:
  /// `file_servers` is the list the tombstones were written against.
  std::set<std::string> removed;
  std::vector<conf::Server> file_servers;
  std::set<std::string> drained;  ///< ids told to drain but still listed
  bool is_empty() const noexcept { return added.empty() && removed.empty() && drained.empty(); }
  friend bool operator==(const ServiceOverlay&, const ServiceOverlay&) = default;
};

struct Overlay {
  std::map<std::string, ServiceOverlay> services;
  friend bool operator==(const Overlay&, const Overlay&) = default;
};

}  // namespace gapura::balancer
