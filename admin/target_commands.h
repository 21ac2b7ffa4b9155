/// The commands of the API that change targets: add, remove, drain, undrain. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "admin/changes.h"
#include "admin/drain_waits.h"
#include "admin/message.h"
#include "balancer/registry.h"

namespace gapura::admin {

/// Which target a path names.
struct TargetName {
  std::string service;  ///< without "@file"
  std::string id;
};

class TargetCommands {
 public:
  /// All three outlive the commands' coroutines.
  TargetCommands(balancer::Registry& registry, Changes& changes, DrainWaits& waits)
      : registry_(registry), changes_(changes), waits_(waits) {}

  /// POST …/targets: one target, or an array of them, of which all or none are added.
  boost::asio::awaitable<Response> add(Request request, std::string service);
  /// DELETE …/targets/{id}[?wait=true]
  boost::asio::awaitable<Response> remove(Request request, TargetName target);
  /// POST …/targets/{id}/drain[?wait=true]
  boost::asio::awaitable<Response> drain(Request request, TargetName target);
  /// DELETE …/targets/{id}/drain
  boost::asio::awaitable<Response> undrain(Request request, TargetName target);

 private:
  enum class Leave { for_good, drained };
  boost::asio::awaitable<Response> take_out(Request request, TargetName target, Leave leave);
  /// The target as it is after a command; state "gone" when there is no trace of it.
  Response show(const TargetName& target, Version version) const;

  balancer::Registry& registry_;
  Changes& changes_;
  DrainWaits& waits_;
};

/// The answer to a change that was not made, or nothing when it was made and has reached all.
std::optional<Response> failure_of(const Changes::Outcome& outcome);

/// X-Gapura-Version: the version that the answer speaks of.
void set_version(Response& response, Version version);

}  // namespace gapura::admin
