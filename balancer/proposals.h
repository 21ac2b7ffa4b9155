/// What an API command makes of the overlay. Pure: nothing is changed, the result is made durable
/// first and then handed to the registry.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "balancer/desired.h"
#include "balancer/overlay.h"
#include "balancer/registry.h"
#include "conf/dynamic_config.h"

namespace gapura::balancer {

/// What a proposal is decided on. The references must outlive the call only.
struct Wanted {
  const conf::ServiceConfig& service;
  const Overlay& overlay;
  const Addresses& addresses;
  /// The target is not listed, but still on its way out: removing or draining it once more is fine.
  bool is_leaving = false;
};

/// Listed by the autoscaler, or by itself for a time: a set that is declared does not take it out.
inline bool is_of_its_own(Origin origin, Milliseconds ttl) noexcept {
  return origin == Origin::autoscale || ttl.count() != 0;
}

Proposal add_target(const Wanted& wanted, const NewTarget& target);
/// One after another, so that two of them cannot be one target; all or none.
Proposal add_targets(const Wanted& wanted, std::span<const NewTarget> targets);
Proposal remove_target(const Wanted& wanted, const std::string& id);
Proposal drain_target(const Wanted& wanted, const std::string& id);
Proposal undrain_target(const Wanted& wanted, const std::string& id);
Proposal change_target(const Wanted& wanted, const std::string& id, const TargetChange& change);
Proposal declare_targets(const Wanted& wanted, std::span<const NewTarget> targets, Missing missing);
Proposal set_in_flight_max(const Wanted& wanted, std::optional<std::uint32_t> in_flight_max);
Proposal replace_servers(const Wanted& wanted, const std::vector<conf::Server>& servers);

}  // namespace gapura::balancer
