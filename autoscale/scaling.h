/// Scaling as the API, the hooks and the log show it. Values.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "autoscale/alerts/alert_table.h"
#include "autoscale/decide/decision.h"
#include "autoscale/decide/sample.h"
#include "autoscale/hand_change.h"
#include "autoscale/provider/provider.h"
#include "autoscale/scaling_counts.h"
#include "base/clock.h"
#include "conf/autoscale.h"

namespace gapura::autoscale {

/// A step asked for by a hook or by hand, and what became of it.
struct Operation {
  enum class State { running, done, failed };
  std::string id{};
  std::string service{};
  Direction direction = Direction::up;
  State state = State::running;
  std::uint32_t from = 0, to = 0;
  std::string instance{};  ///< its name; empty: not known yet
  std::string message{};   ///< one sentence
};

/// Why a command was not carried out.
struct CommandFault {
  enum class Kind { no_such_service, not_autoscaled, at_limit, busy, no_such_operation };
  Kind kind{};
  std::string message{};
};

/// One instance as the API shows it.
struct InstanceView {
  Instance instance{};
  std::string phase{};   ///< "creating", "booting", "in service", "draining", "deleting", "stopped"
  std::string target{};  ///< its id as a target; empty: not one (yet)
  std::string fault{};   ///< what the provider said last; empty: nothing wrong
};

struct ScalerView {
  std::string service{};
  conf::Autoscale policy{};
  conf::ScalingMode mode = conf::ScalingMode::on;  ///< by hand, or the policy's
  std::optional<std::uint32_t> override_size{};
  Milliseconds override_left{0};  ///< 0: until it is withdrawn
  bool is_paused = false;
  Sample sample{};                         ///< the last one
  Decision decision{};                     ///< the last one
  std::deque<Decision> changes{};          ///< the last ones that changed something, newest first
  std::optional<TimePoint> last_change{};  ///< of the size; nothing: none yet
  ScalingCounts counts{};
  std::vector<InstanceView> instances{};
  Milliseconds boot_time{0};     ///< learnt; 0: not yet
  std::string provider_fault{};  ///< empty: it answers
};

/// What happened, for logs, metrics, hooks and the event time line.
struct ScalingEvent {
  enum class Kind {
    decided,
    instance_created,
    instance_up,
    instance_gone,
    provider_failed,
    signal,
    step_ended  ///< an Operation is done or has failed
  };
  Kind kind{};
  std::string service{};
  std::string instance{};              ///< its name; of instance_*
  std::string message{};               ///< one sentence
  std::optional<Decision> decision{};  ///< of decided
};

}  // namespace gapura::autoscale
