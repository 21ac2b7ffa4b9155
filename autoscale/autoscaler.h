/// Scaling, put together: each tick the load of every service with `autoscale` is sampled, a size
/// is decided on, and its fleet is brought there. Control thread only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "autoscale/alerts/alert_table.h"
#include "autoscale/decide/decision.h"
#include "autoscale/decide/sample.h"
#include "autoscale/provider/provider.h"
#include "balancer/registry.h"

namespace gapura::autoscale {

/// What a worker's counters say of one service since the start; two of them make a sample.
struct LoadTotals {
  std::uint64_t finished = 0;  ///< requests that targets answered
  double busy_s = 0;           ///< time from their first byte to their answer's last
  std::vector<double> bounds_s;
  std::vector<std::uint64_t> latencies;  ///< not cumulative; the last has no bound
};

/// A step asked for by a hook or by hand, and what became of it.
struct Operation {
  enum class State { running, done, failed };
  std::string id;
  std::string service;
  Direction direction = Direction::up;
  State state = State::running;
  std::uint32_t from = 0, to = 0;
  std::string instance;  ///< its name; empty: not known yet
  std::string message;   ///< one sentence
};

/// Why a command was not carried out.
struct CommandFault {
  enum class Kind { no_such_service, not_autoscaled, at_limit, busy, no_such_operation };
  Kind kind;
  std::string message;
};

/// One instance as the API shows it.
struct InstanceView {
  Instance instance;
  std::string phase;   ///< "creating", "booting", "in service", "draining", "deleting", "stopped"
  std::string target;  ///< its id as a target; empty: not one (yet)
  std::string fault;   ///< what the provider said last; empty: nothing wrong
};

struct ScalerView {
  std::string service;
  conf::Autoscale policy;
  conf::ScalingMode mode = conf::ScalingMode::on;  ///< by hand, or the policy's
  std::optional<std::uint32_t> override_size;
  Milliseconds override_left{0};  ///< 0: until it is withdrawn
  bool is_paused = false;
  Sample sample;                 ///< the last one
  Decision decision;             ///< the last one
  std::deque<Decision> changes;  ///< the last ones that changed something, newest first
  std::vector<InstanceView> instances;
  Milliseconds boot_time{0};   ///< learnt; 0: not yet
  std::string provider_fault;  ///< empty: it answers
};

/// What happened, for logs, metrics, hooks and the event time line.
struct ScalingEvent {
  enum class Kind { decided, instance_created, instance_up, instance_gone, provider_failed };
  Kind kind;
  std::string service;
  std::string instance;              ///< its name; of instance_*
  std::string message;               ///< one sentence
  std::optional<Decision> decision;  ///< of decided
};

class Autoscaler {
 public:
  struct Settings {
    /// Makes a change of targets durable and live, then says what was wrong; empty: nothing.
    std::function<void(std::function<balancer::Proposal()>, std::function<void(std::string)>)>
        change;
    std::function<LoadTotals(const std::string& service)> load;
    std::function<void(const ScalingEvent&)> event;
    std::filesystem::path folder;  ///< for what must outlive us; empty: nowhere
  };
  Autoscaler(boost::asio::io_context& loop, balancer::Registry& registry, Settings settings);
  ~Autoscaler();

  void start();
  void stop();
  /// The configuration may have changed.
  void look();
  void on_event(const balancer::Event& event);

  // --- commands ---
  /// Takes an alert in: true, it changed something.
  bool take(const Alert& alert);
  /// One target more or fewer, once, within min and max.
  std::variant<Operation, CommandFault> step(const std::string& service, Direction direction);
  std::variant<Operation, CommandFault> operation(const std::string& id) const;
  /// Scale to `size` for `lasts` (0: until cleared); nothing: clears it.
  std::optional<CommandFault> set_override(const std::string& service,
                                           std::optional<std::uint32_t> size, Milliseconds lasts);
  std::optional<CommandFault> set_paused(const std::string& service, bool is_paused);
  std::optional<CommandFault> set_mode(const std::string& service, conf::ScalingMode mode);

  // --- views ---
  std::vector<std::string> services() const;
  std::optional<ScalerView> view(const std::string& service) const;
  /// Seconds after which a waiting client should ask again, from the learnt boot time.
  std::uint32_t retry_after_s(const std::string& service) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gapura::autoscale
