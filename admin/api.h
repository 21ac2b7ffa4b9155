/// The admin API: requests become commands to the Registry and views of it. No sockets here.
/// Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "admin/audit.h"
#include "admin/changes.h"
#include "admin/explain.h"
#include "admin/happening.h"
#include "admin/live_stats.h"
#include "admin/message.h"
#include "admin/scaling_doors.h"
#include "admin/state_view.h"
#include "admin/token_rotation.h"
#include "admin/update_servers.h"
#include "balancer/registry.h"
#include "conf/problem.h"
#include "metrics/reading.h"

namespace gapura::admin {

class Guard;
class HookAuth;
struct ApiParts;
struct HookScope;

/// The configuration files as they stand.
struct ConfigStatus {
  struct File {
    std::string path;
    bool is_broken = false;     ///< not usable as it is on the disk
    bool is_last_good = false;  ///< an earlier version is served instead
    conf::Problems problems;
  };
  std::vector<File> files;
  conf::Problems problems;  ///< of the whole, those of the files included
  std::uint64_t reloads = 0;
  std::uint64_t failures = 0;
  std::chrono::system_clock::time_point applied_at{};  ///< the last reading without errors
};

/// Where an entry point listens.
struct EntryPointStatus {
  std::string name;
  std::string address;  ///< "0.0.0.0:80", with the port that it really got
};

class Api {
 public:
  struct Settings {
    std::string update_servers_service;  ///< conf::Admin::update_servers_service
    std::string software_version;
    ExplainSettings explain{};
  };
  /// What the rest of the process does for the API. Answers come on the control thread.
  struct Doors {
    Persist persist;
    std::function<ConfigStatus()> config;
    /// Reads all files again and calls back when what they hold is published.
    std::function<void(std::function<void(ConfigStatus)>)> reload;
    ScalingDoors scaling = ScalingDoors::closed();
    std::function<std::vector<EntryPointStatus>()> entry_points = {};  ///< empty: none is shown
    LoadDoor loads{};
    WriteServers write_servers{};  ///< empty: no file shows the list of POST /update-servers
    AppendAudit audit{};           ///< empty: no audit log is kept
    DescribeState state{};         ///< empty: nothing is kept
    RotateToken rotate_token{};    ///< empty: there is no token
  };

  /// `registry` must outlive the io_context's last run.
  Api(balancer::Registry& registry, Settings settings, Doors doors);
  ~Api();

  /// Routes and serves a request that a Guard has let through.
  boost::asio::awaitable<Response> answer(Request request);
  /// Asks `guard` first, which must outlive the io_context's last run.
  boost::asio::awaitable<Response> answer_guarded(Guard& guard, Request request);
  /// Serves what `scope` names of the hooks, and nothing else, to whom `auth` lets pass. Both must
  /// outlive the io_context's last run.
  boost::asio::awaitable<Response> answer_hook(HookAuth& auth, const HookScope& scope,
                                               Request request);

  /// A change of targets that does not come by HTTP: made durable and live like the others. Gives
  /// what was wrong; empty: nothing.
  boost::asio::awaitable<std::string> change(std::function<balancer::Proposal()> propose);

  /// Takes out targets that registered themselves and did not renew that in time. Every second.
  boost::asio::awaitable<void> expire();
  /// What its readers of events are to see.
  void tell(const Happening& what);
  /// To be told of every event of the registry, and whenever a worker has adopted a version.
  void on_event(const balancer::Event& event);
  void on_adopted();
  /// Operations of the autoscaler may have moved on.
  void on_scaling();

  /// What came in through hooks.
  std::vector<metrics::Reading> readings() const;

 private:
  /// Shared with the coroutines: they may be destroyed later than the API, with the context.
  std::shared_ptr<ApiParts> parts_;
};

}  // namespace gapura::admin
