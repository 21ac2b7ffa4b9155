/// The one door for changes: sole owner of wanted and observed state. Control thread only.
/// Everything that changes (files, API, observations) is applied here, and reaches the workers as
/// the next Snapshot. Pure but for the callbacks: time is an argument, no I/O.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "balancer/health.h"
#include "balancer/overlay.h"
#include "balancer/overlay_view.h"
#include "balancer/request_rate.h"
#include "balancer/snapshot.h"
#include "base/clock.h"
#include "base/net/endpoint.h"
#include "conf/dynamic_config.h"
#include "conf/static_config.h"

namespace gapura::balancer {

/// The last active check of a target.
struct LastProbe {
  Milliseconds ago{0};  ///< since its answer, or since it was given up
  ProbeResult result;
};

/// One target as the API, the metrics and the log show it.
struct TargetView {
  std::string service, id, url;
  std::string listed_id;  ///< of the server that lists it: its own, but for a name's address
  std::string address;    ///< "10.0.0.5" of a name's; empty: the URL says it, or nothing is known
  Phase phase = Phase::joining;
  std::string reason;  ///< why it is in this phase, one sentence
  Origin origin = Origin::file;
  std::uint32_t weight = 1;
  bool is_drained = false;               ///< told to drain, and listed still
  Milliseconds ttl{0};                   ///< AddedTarget::ttl
  unsigned ramp_percent = 100;           ///< of its share, while it warms up
  std::uint32_t in_flight = 0;           ///< requests, upgraded connections included
  std::uint32_t upgrades = 0;            ///< upgraded connections
  std::uint64_t requests = 0;            ///< ever, in this life
  std::optional<double> requests_per_s;  ///< in the last seconds; nothing: not watched long enough
  std::uint32_t finished = 0;            ///< requests that ended by themselves while it drained
  std::uint32_t cut = 0;                 ///< that were ended by force
  std::optional<Milliseconds> response_time;  ///< as leasttime judges it; nothing: not measured
  Milliseconds in_phase_for{0};
  std::optional<LastProbe> last_probe;  ///< nothing: not asked in this life
};

/// Requests of a service that wait for a target to have room, or for its first one to come.
struct QueueView {
  std::uint32_t length = 0;     ///< now
  std::uint64_t ended = 0;      ///< requests that have waited, whatever came of them
  std::uint64_t waited_us = 0;  ///< by these
};

struct ServiceView {
  std::string name;                                ///< "calculate"
  std::string provider;                            ///< "file"
  std::string kind;                                ///< "loadBalancer", "weighted", "failover" …
  std::string strategy;                            ///< "wrr"; empty for services over services
  std::vector<std::string> children;               ///< of these, the names
  std::string fault;                               ///< why it is disabled; empty: enabled
  std::uint32_t in_flight_max = 0;                 ///< of each target; 0: no limit
  std::optional<std::uint32_t> in_flight_max_set;  ///< by the API, instead of the file's
  std::optional<QueueView> queue;   ///< of services with maxInFlight, or that scale from zero
  std::optional<bool> is_panic;     ///< of services with panicThreshold
  std::vector<TargetView> targets;  ///< in the order of their ids' first appearance
};

struct ServiceEntry;

/// One target in passing: nothing is copied, everything lives until the look returns.
struct TargetGlance {
  std::string_view id, url, address;  ///< as TargetView's
  Phase phase = Phase::joining;
  std::uint32_t in_flight = 0;
  const RequestRate* rate = nullptr;  ///< null: of a server whose name has no address yet
};

/// One service in passing, for whoever looks at all of them again and again: views of 10,000
/// targets take 20 ms, most of it for their strings; a glance at each takes 1 ms. Lives until it
/// returns.
class ServiceGlance {
 public:
  explicit ServiceGlance(const ServiceEntry& service) noexcept : service_(service) {}
  const std::string& name() const noexcept;
  std::string label() const;               ///< "calculate@file"
  std::optional<QueueView> queue() const;  ///< as ServiceView's
  std::optional<bool> is_panic() const;    ///< as ServiceView's
  /// In the order of ServiceView's.
  void each_target(const std::function<void(const TargetGlance&)>& look) const;

 private:
  const ServiceEntry& service_;
};

struct RouterView {
  std::string name, rule, service, fault;
  std::int64_t priority = 0;
  std::vector<std::string> entry_points;
};

/// How a drain ended.
struct DrainResult {
  std::string service, id;
  Milliseconds took{0};
  std::uint32_t finished = 0;  ///< requests that ended by themselves while draining
  std::uint32_t cut = 0;       ///< requests ended by force; meant to be 0
  bool was_cancelled = false;  ///< it went back to serving
};

struct Event {
  enum class Kind {
    joined,
    phase_changed,
    drained,
    gone,
    panic_begun,  ///< too few of a service's targets are well: the others are used like them
    panic_ended,
  };
  Kind kind;
  TargetView target;                 ///< of panics service and reason only
  std::optional<Phase> from;         ///< phase_changed
  std::optional<DrainResult> drain;  ///< drained
};

/// A target that is to be asked whether it is well. `url` and `check` live until the next command.
struct CheckedTarget {
  TargetRef target;
  Endpoint endpoint;  ///< where requests go; the check may name another port
  const conf::ServerUrl* url = nullptr;
  const conf::HealthCheck* check = nullptr;
  bool is_well = false;
  bool is_joining = false;
};

/// Why a command was refused.
struct Refusal {
  enum class Kind {
    no_such_service,
    no_such_target,
    already_exists,
    bad_request,
    changed_meanwhile,  ///< it is not any more what the command was meant for
  };
  Kind kind;
  std::string message;
};

/// A change by API, decided but not yet made: the overlay as it will be. Made durable first, then
/// handed to Registry::set_overlay.
using Proposal = std::variant<Overlay, Refusal>;

/// A target to add. An empty id stands for the URL's authority.
struct NewTarget {
  std::string id{};
  conf::Server server{};
  Origin origin = Origin::admin;
  Milliseconds ttl{0};        ///< AddedTarget::ttl
  bool keeps_weight = false;  ///< one that is there keeps the weight that it has
};

/// What is to be another way with a target; unset: as it is.
struct TargetChange {
  std::optional<std::uint32_t> weight{};
  std::optional<bool> is_drained{};
};

/// What a declaration means for the targets that it does not name.
enum class Missing { stay, leave };

/// A service with `autoscale`. `policy` lives until the next command.
struct ScaledService {
  std::string name{};
  ServiceSlot slot{};
  const conf::Autoscale* policy = nullptr;
};

class Registry {
 public:
  struct Callbacks {
    std::function<void(SnapshotPtr)> publish;  ///< to every worker
    std::function<void(const Event&)> event;
    /// Asks every worker to end exchanges with this target: those without progress for `stalled`,
    /// or all of them when `stalled` is 0.
    std::function<void(TargetRef, Milliseconds stalled)> cut;
  };

  Registry(std::vector<conf::EntryPoint> entry_points, unsigned workers, Callbacks callbacks);
  ~Registry();

  // --- wanted ---
  /// The merged, resolved files. Rules that cannot be parsed disable their router and are returned.
  conf::Problems set_files(conf::DynamicConfig files, TimePoint now);
  void set_overlay(Overlay overlay, TimePoint now);
  const Overlay& overlay() const noexcept;
  /// What the overlay does to what the files say, and what of it files have ended.
  OverlayView overlay_view() const;

  /// What a command would make of the overlay; changes nothing.
  Proposal propose_add(const std::string& service, const std::string& id,
                       const conf::Server& server) const;
  /// All of them or none.
  Proposal propose_add(const std::string& service, std::span<const NewTarget> targets) const;
  Proposal propose_remove(const std::string& service, const std::string& id) const;
  Proposal propose_drain(const std::string& service, const std::string& id) const;
  Proposal propose_undrain(const std::string& service, const std::string& id) const;
  Proposal propose_change(const std::string& service, const std::string& id,
                          const TargetChange& change) const;
  /// Each is listed as it says, under its id; drains go on. Of the missing those leave that are not
  /// the autoscaler's and did not register themselves.
  Proposal propose_declare(const std::string& service, std::span<const NewTarget> targets,
                           Missing missing) const;
  /// Nothing: what the file says.
  Proposal propose_in_flight_max(const std::string& service,
                                 std::optional<std::uint32_t> wanted) const;
  /// The whole list, as POST /update-servers gives it: newcomers join, the missing drain.
  Proposal propose_servers(const std::string& service,
                           const std::vector<conf::Server>& servers) const;

  /// What these still have in flight `limit` after their drains' begin is cut, if they drain; `id`
  /// may be a name's.
  void limit_drain(const std::string& service, const std::string& id, Milliseconds limit,
                   TimePoint now);

  // --- observed ---
  void worker_adopted(unsigned worker, Version version, TimePoint now);
  void connect_failed(const TargetRef& target, std::string reason, TimePoint now);
  void connect_succeeded(const TargetRef& target, TimePoint now);
  /// An active check has ended.
  void checked(const TargetRef& target, const ProbeResult& result, TimePoint now);
  /// Too many requests failed there (passive checks).
  void requests_fail(const TargetRef& target, const std::string& reason, TimePoint now);
  /// A draining target's last lease was dropped.
  void went_idle(const TargetRef& target, TimePoint now);
  /// The name in this authority ("app.internal:3000") stands for these addresses now. None: nobody
  /// asks for it any more, and it is forgotten.
  void resolved(const std::string& authority, std::vector<Endpoint> endpoints, TimePoint now);
  /// After how many seconds a client that got 503 may try again: from 1.
  void set_retry_after(const std::string& service, std::uint32_t seconds, TimePoint now);
  /// Drain deadlines, ramps and ends of ejections. Call every second or so.
  void tick(TimePoint now);

  // --- views ---
  std::vector<ServiceView> services(TimePoint now) const;
  std::optional<ServiceView> service(const std::string& name, TimePoint now) const;
  /// All services in the order of services(), without a copy of anything. `look` changes nothing.
  void each_service(const std::function<void(const ServiceGlance&)>& look) const;
  std::vector<ScaledService> scaled_services() const;
  std::vector<RouterView> routers() const;
  Version version() const noexcept;
  /// What was published last; null before the files are known.
  SnapshotPtr snapshot() const noexcept;
  /// The oldest version that every worker has adopted.
  Version adopted_by_all() const noexcept;
  /// By worker: what it has adopted.
  const std::vector<Version>& adopted() const noexcept;
  /// URLs that hold a name, for the resolver; each once.
  std::vector<conf::ServerUrl> named_urls() const;
  /// Those that are suspended until they can be connected to, for the prober.
  std::vector<TargetRef> suspended_targets() const;
  /// Those with active checks, for the checker.
  std::vector<CheckedTarget> checked_targets() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gapura::balancer
