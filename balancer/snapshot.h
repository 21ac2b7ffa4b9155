/// Everything a worker needs to decide, immutable: routes, services, targets that may be picked.
/// Made by the Registry on the control thread, adopted whole by each worker.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "balancer/composite.h"
#include "balancer/queue_state.h"
#include "balancer/routing/table.h"
#include "balancer/sticky.h"
#include "balancer/target.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/net/endpoint.h"
#include "conf/dynamic_config.h"

namespace gapura::balancer {

/// A target that may be picked.
struct Target {
  TargetRef state;
  Endpoint endpoint;      ///< resolved
  std::string authority;  ///< "host:port", the Host field when passHostHeader is false
  std::uint32_t weight = 1;
};

struct Service {
  std::string name;   ///< "calculate"
  std::string label;  ///< "calculate@file"
  ServiceSlot slot{};
  Composite composite;  ///< what it is over; then nothing below means anything
  conf::StrategyKind strategy = conf::StrategyKind::wrr;
  conf::HashKey hash_key;  ///< of hrw
  std::optional<Sticky> sticky;
  std::uint32_t in_flight_max = 0;  ///< of each target; 0: no limit
  std::uint32_t queue_length_max = 0;
  Milliseconds queue_timeout{0};
  std::shared_ptr<QueueState> queue;  ///< null: nothing waits, there is no limit
  bool waits_at_zero = false;         ///< without any target, for the first one to come
  std::uint32_t retry_after_s = 1;    ///< Retry-After of its 503s
  bool pass_host_header = true;
  Milliseconds connect_timeout{2'000};
  Milliseconds response_timeout{0};  ///< 0: none
  unsigned failures_max = 0;         ///< failed requests in the window that are too many; 0: none
  Milliseconds failure_window{0};
  std::vector<Target> targets;  ///< not draining, resolved; suspended ones included
  /// Draining, and only for requests whose sticky cookie names them (drain: sticky).
  std::vector<Target> staying;

  /// By a place that kept_place() or a strategy gave: those of `staying` follow on `targets`.
  const Target& at(std::size_t place) const noexcept {
    return place < targets.size() ? targets[place] : staying[place - targets.size()];
  }
  bool is_composite() const noexcept { return composite.index() != 0; }
};

struct Snapshot {
  Version version{};
  std::vector<Service> services;
  /// By EntryPointSlot. A route's `service` is an index into `services`.
  std::vector<routing::Table> routes;
  /// Idle links to these are to be closed, and their exchanges' links not to be kept.
  std::vector<TargetRef> draining;
  /// Highest target slot in use plus one: the size of per-worker tables.
  std::size_t target_slots = 0;
  std::size_t service_slots = 0;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace gapura::balancer
