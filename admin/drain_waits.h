/// Waiting until a target is gone, or all targets of a name. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "admin/condition.h"
#include "admin/message.h"
#include "balancer/registry.h"

namespace gapura::admin {

class DrainWaits {
 public:
  /// What became of a drain.
  struct Ending {
    enum class Kind { gone, cancelled, departed, timed_out };
    Kind kind = Kind::gone;
    /// Meaningful when gone; all zero when it was gone already. Of several: the longest time, and
    /// the sums.
    balancer::DrainResult result{};
  };

  explicit DrainWaits(const balancer::Registry& registry);

  /// Notes events of one target from here on, so that none is missed between a command and the
  /// wait for its end. May outlive the DrainWaits.
  class Wait {
   public:
    Wait(DrainWaits& waits, std::string service, std::string id);
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait();
    /// Until the target is gone. Call once, after the command. A target that is gone already, or
    /// that nobody drains (any more), ends it at once.
    boost::asio::awaitable<Ending> end(std::shared_ptr<Departure> departure, TimePoint deadline);

   private:
    friend class DrainWaits;
    struct Shared;
    void note(const balancer::Event& event);

    const balancer::Registry& registry_;
    std::shared_ptr<Shared> shared_;
    std::list<Wait*>::iterator place_;
    const std::string service_;
    const std::string id_;
    std::map<std::string, balancer::DrainResult> results_;  ///< by the target's id
    bool is_cancelled_ = false;
  };

  /// Waits as Condition::until does, for anything that comes with an event of a target.
  boost::asio::awaitable<Waited> until(std::function<bool()> is_met,
                                       std::shared_ptr<Departure> departure, TimePoint deadline);

  void on_event(const balancer::Event& event);

 private:
  const balancer::Registry& registry_;
  std::shared_ptr<Wait::Shared> shared_;
};

/// The target with this id as the registry shows it now, or those of the name that is listed with
/// it; or nothing.
std::vector<balancer::TargetView> find_targets(const balancer::Registry& registry,
                                               const std::string& service, const std::string& id,
                                               TimePoint now);

}  // namespace gapura::admin
