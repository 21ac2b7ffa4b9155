/// What the API and the autoscaler changed on top of the YAML files. Value; this is what the
/// state file holds. Truth is: files, then overlay (docs/architecture.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "balancer/target.h"
#include "base/clock.h"
#include "conf/dynamic_config.h"

namespace gapura::balancer {

struct AddedTarget {
  conf::Server server;
  Origin origin = Origin::admin;
  /// It registered itself, and is taken out when it does not renew that for so long; 0: it stays.
  Milliseconds ttl{0};
  friend bool operator==(const AddedTarget&, const AddedTarget&) = default;
};

struct ServiceOverlay {
  std::map<std::string, AddedTarget> added;  ///< by target id
  /// Ids that a file lists and the API removed. Ends when the service's entry in the file changes:
  /// `file_servers` is the list the tombstones were written against.
  std::set<std::string> removed;
  std::vector<conf::Server> file_servers;
  std::set<std::string> drained;               ///< ids told to drain but still listed
  std::optional<std::uint32_t> in_flight_max;  ///< instead of the file's; 0: no limit
  bool is_empty() const noexcept {
    return added.empty() && removed.empty() && drained.empty() && !in_flight_max;
  }
  friend bool operator==(const ServiceOverlay&, const ServiceOverlay&) = default;
};

struct Overlay {
  std::map<std::string, ServiceOverlay> services;
  friend bool operator==(const Overlay&, const Overlay&) = default;
};

}  // namespace gapura::balancer
