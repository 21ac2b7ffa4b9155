/// The instances of one service, and what is to be done about them next. Pure: what the provider
/// and the registry say goes in, steps come out; whoever carries them out says how each ended.
///
/// Rules: what the provider lists under our names is ours, also after a crash; nothing is created
/// or drained before the provider has said what there is, nor while it does not answer; an instance
/// is deleted only when its target has drained, never booted, or is gone; one whose deletion failed
/// is never forgotten; instances and the targets that others listed are never more than `max`.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "autoscale/fleet/unit.h"
#include "autoscale/provider/provider.h"
#include "balancer/registry.h"
#include "base/clock.h"
#include "conf/autoscale.h"
#include "conf/dynamic_config.h"

namespace gapura::autoscale {

/// One thing to do. `unit` names the instance it is about.
struct Step {
  enum class Kind {
    list,
    create,
    start,
    stop,
    remove,          ///< the instance
    add_target,      ///< it can be asked whether it is well
    drain_target,    ///< it is to leave
    undrain_target,  ///< it is wanted again
    forget_target,   ///< its instance is no more
  };
  Kind kind = Kind::list;
  std::string unit{};
  Instance instance{};   ///< all but list and create
  std::string target{};  ///< its id; of *_target
  friend bool operator==(const Step&, const Step&) = default;
};

/// Where an instance is reached: its own port, or the one configured.
conf::ServerUrl url_of(const Instance& instance, const conf::Provider& provider);

class Fleet {
 public:
  /// `new_name` makes a name that no instance ever had.
  explicit Fleet(std::function<std::string()> new_name) : new_name_(std::move(new_name)) {}

  /// Takes over what the registry says. `targets`: all of the service. Before each plan().
  void observe(const conf::Autoscale& policy, const std::vector<balancer::TargetView>& targets,
               TimePoint now);
  /// What is to be done now, so that `wanted` instances of ours serve (or will). Each step is
  /// begun when this returns: it is not given again before it has ended.
  /// `policy` has a provider, and `warm` only if that can stop instances.
  std::vector<Step> plan(const conf::Autoscale& policy, std::uint32_t wanted,
                         const std::vector<balancer::TargetView>& targets, TimePoint now);

  // --- how steps ended ---
  void listed(Outcome<std::vector<Instance>> outcome, TimePoint now);
  void created(const std::string& unit, Outcome<Instance> outcome, TimePoint now);
  /// start, stop, remove
  void done(const Step& step, const Outcome<Done>& outcome, TimePoint now);
  /// *_target; `fault` is empty when it was done.
  void changed(const Step& step, const std::string& fault, TimePoint now);

  // --- what there is ---
  struct Count {
    std::uint32_t booting = 0;  ///< creating, created, joining
    std::uint32_t serving = 0;  ///< in service
    std::uint32_t leaving = 0;  ///< draining, being deleted
  };
  Count count() const noexcept;
  const std::map<std::string, Unit>& units() const noexcept { return units_; }
  /// What the provider said last when it did not do as asked; empty: nothing is wrong.
  const std::string& provider_fault() const noexcept { return provider_fault_; }
  bool is_known() const noexcept { return listed_at_.has_value(); }

  /// Things that happened since the last call, for the log and the hooks.
  struct News {
    enum class Kind { created, up, gone, fault };
    Kind kind = Kind::created;
    std::string unit{};
    std::string message{};
    Milliseconds took{0};  ///< of `up`: since it was asked for
  };
  std::vector<News> take_news();

 private:
  struct Round;
  // fleet.cc
  void adopt(const Instance& instance, TimePoint now);
  void note_fault(Unit* unit, const ProviderFault& fault, TimePoint now);
  void enter(Unit& unit, Unit::Stage stage, TimePoint now);
  void pause_creating(TimePoint now);
  void forget(const std::string& unit, const std::string& message);
  // fleet_plan.cc
  void adopt_target(Round& round, const balancer::TargetView& target);
  void observe(Round& round, Unit& unit);
  void boot(Round& round, Unit& unit);
  void end(Round& round, Unit& unit);
  void retire(Round& round, Unit& unit);
  void balance(Round& round);
  void grow(Round& round, std::uint32_t missing);
  void shrink(Round& round, std::uint32_t surplus);
  void create(Round& round, bool is_for_pool);
  void fill_pool(Round& round);
  void ask_for_list(Round& round);
  void begin(Round& round, Step::Kind kind, Unit& unit);

  std::function<std::string()> new_name_;
  std::map<std::string, Unit> units_;  ///< by name
  std::optional<TimePoint> listed_at_{};
  TimePoint list_due_{};
  TimePoint create_due_{};            ///< not before, after a fault or a boot that never ended
  std::uint32_t creates_failed_ = 0;  ///< in a row, or never booted
  std::uint32_t lists_failed_ = 0;    ///< in a row
  bool is_listing_ = false;
  bool is_list_good_ = false;  ///< the last one was
  std::string provider_fault_{};
  std::vector<News> news_{};
};

}  // namespace gapura::autoscale
