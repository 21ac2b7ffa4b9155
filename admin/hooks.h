/// What other programs call: the routes of the webhooks that Gapura replaces, alerts, and
/// Prometheus' discovery. Nothing else of the admin API can be reached through it. No sockets here.
/// Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <set>
#include <string_view>

#include "admin/hook_counts.h"
#include "admin/hook_steps.h"
#include "admin/message.h"
#include "admin/scaling_doors.h"
#include "admin/update_servers.h"
#include "balancer/registry.h"
#include "conf/hooks.h"

namespace gapura::admin {

/// What one listener answers.
struct HookScope {
  std::set<conf::HookRoute> serves;
  bool is_async = false;
};

class Hooks {
 public:
  /// Both references must outlive the answers' coroutines.
  Hooks(balancer::Registry& registry, UpdateServers& update_servers, ScalingDoors doors);

  /// Which of the routes a path belongs to; nothing: none of them.
  static std::optional<conf::HookRoute> route_of(std::string_view path);

  /// 404 for what `scope` does not serve.
  boost::asio::awaitable<Response> answer(Request request, HookScope scope);
  /// Operations may have moved on.
  void look() { steps_.look(); }
  /// Counts what is answered here; whoever answers in our place adds to it.
  HookCounts& counts() noexcept { return counts_; }

 private:
  boost::asio::awaitable<Response> route(Request request, HookScope scope);
  boost::asio::awaitable<Response> scale(Request request, bool is_async);
  Response take_alerts(const Request& request);
  HookBodyAnswer read_alerts(const Request& request, std::optional<autoscale::Direction> direction);
  Response show_operation(const Request& request) const;
  Response discover(const Request& request) const;

  balancer::Registry& registry_;
  UpdateServers& update_servers_;
  const ScalingDoors doors_;
  HookSteps steps_;
  HookCounts counts_;
};

}  // namespace gapura::admin
