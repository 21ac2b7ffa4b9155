/// What the registry holds of each target and service. Control thread only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "balancer/desired.h"
#include "balancer/drain.h"
#include "balancer/health.h"
#include "balancer/queue_state.h"
#include "balancer/registry.h"
#include "balancer/request_rate.h"
#include "balancer/target.h"
#include "base/clock.h"
#include "base/ids.h"
#include "conf/dynamic_config.h"

namespace gapura::balancer {

struct ServiceEntry;

/// One target, as wanted and as observed.
struct Member {
  ServiceEntry* service = nullptr;
  TargetRef state;
  conf::Server server;
  Origin origin = Origin::file;
  Phase phase = Phase::joining;
  std::string reason;
  TimePoint since;             ///< start of the phase
  bool was_used = false;       ///< in this life: it may be waiting for its first good check yet
  std::string listed_id;       ///< of the server that lists it; its own but for a name's address
  Milliseconds ttl{0};         ///< AddedTarget::ttl
  bool is_drained = false;     ///< told to drain, and listed still
  bool is_listed = true;       ///< wanted; false: leaves for good
  std::optional<Drain> drain;  ///< exactly while the phase is draining
  RequestRate rate;            ///< of this life
  /// How it is used yet while it drains: the drain's proof begins when it is not.
  enum class Stay {
    none,
    last_resort,  ///< by everybody, because the service has no other target
    for_cookies,  ///< by requests whose sticky cookie names it
  };
  Stay stay = Stay::none;

  // Health.
  enum class Doubt { connect, check, requests };
  Doubt doubt = Doubt::connect;  ///< why it is suspended
  CheckRun checks;
  struct Probed {
    ProbeResult result;
    TimePoint at;
  };
  std::optional<Probed> last_probe;
  Ejections ejections;
  TimePoint ejected_until{};    ///< of Doubt::requests
  bool is_unreachable = false;  ///< a connect failed since it is suspended
  unsigned ramp_tenths = 10;    ///< of its weight, while it warms up

  bool is_in_snapshot() const noexcept {
    return balancer::is_well(phase) || phase == Phase::suspended || stay == Stay::last_resort;
  }
  /// What it is asked: as its service says or, of one that scaling made and that joins, whether it
  /// accepts connections (its machine is there before its program listens). Null: nothing.
  const conf::HealthCheck* check() const noexcept;
  bool is_well() const noexcept { return balancer::is_well(phase); }
};

struct ServiceEntry {
  conf::ServiceConfig config;  ///< the last one known
  bool is_configured = true;   ///< false: in no file any more, its targets drain
  ServiceSlot slot{};
  std::shared_ptr<QueueState> queue;
  std::uint32_t retry_after_s = 1;                 ///< what its 503s tell clients
  std::optional<std::uint32_t> in_flight_max_set;  ///< ServiceOverlay::in_flight_max
  bool is_panic = false;                           ///< see panic.cc
  std::vector<std::unique_ptr<Member>> members;    ///< in the order of their first appearance
  bool waits_at_zero() const noexcept;  ///< scaling makes the first target for whoever waits
  std::map<std::string, conf::ServerUrl> names;  ///< of listed servers, by authority
  std::vector<WantedTarget> unresolved;          ///< whose names have no address yet
  bool is_enabled() const noexcept { return is_configured && config.fault.empty(); }
};

/// Whether the service has a target that is well, besides this one.
bool has_others_that_are_well(const Member& member) noexcept;

TargetView view_of(const Member& member, TimePoint now);
ServiceView view_of(const ServiceEntry& service, TimePoint now);

}  // namespace gapura::balancer
