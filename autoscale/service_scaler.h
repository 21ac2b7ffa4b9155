/// The scaling of one service: sample, decide, and bring its fleet there. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "autoscale/alerts/alert_table.h"
#include "autoscale/autoscaler.h"
#include "autoscale/decide/history.h"
#include "autoscale/fleet/fleet.h"
#include "autoscale/operations.h"
#include "autoscale/sampler.h"
#include "autoscale/signals/signal_poller.h"

namespace gapura::autoscale {

class ServiceScaler : public std::enable_shared_from_this<ServiceScaler> {
 public:
  /// `settings` and `registry` outlive it.
  ServiceScaler(boost::asio::io_context& loop, balancer::Registry& registry,
                const Autoscaler::Settings& settings, balancer::ScaledService service);

  /// The policy as it is configured now.
  void adopt(const balancer::ScaledService& service);
  void tick(const AlertTable& alerts, TimePoint now);
  /// What is under way is not heard of any more.
  void stop() { is_stopped_ = true; }

  std::variant<Operation, CommandFault> step(Direction direction);
  std::optional<CommandFault> change(const HandChange& change, TimePoint now);

  const Operations& operations() const noexcept { return operations_; }
  ScalerView view(TimePoint now) const;

 private:
  /// After how long a client that found nothing may try again: about as long as a boot takes.
  std::uint32_t retry_after_s() const;
  conf::Autoscale policy_now() const;
  void make_provider();
  Fleet new_fleet();
  /// Answers of a provider that was replaced meanwhile are about other instances.
  bool is_heard(const std::shared_ptr<Provider>& asked) const {
    return !is_stopped_ && asked == provider_;
  }
  void never_asked(const Step& step);
  /// Instances that are asked for and no targets yet.
  std::uint32_t unborn() const;
  Sample sample(const balancer::ServiceView& service, const AlertTable& alerts, TimePoint now);
  void tell(const Decision& decision);
  std::int64_t carry_out(const Decision& decision, const balancer::ServiceView& service,
                         TimePoint now);
  void tell_news();
  void tell_step(const Operation& ended);
  void record(std::string line);
  void begin(const Step& step);
  boost::asio::awaitable<void> ask(Step step);
  void change_targets(const Step& step);
  balancer::Proposal propose(const Step& step) const;

  boost::asio::io_context& loop_;
  balancer::Registry& registry_;
  const Autoscaler::Settings& settings_;
  const std::string name_;
  ServiceSlot slot_{};
  conf::Autoscale policy_;
  std::optional<conf::ScalingMode> mode_;  ///< by hand
  bool is_paused_ = false;
  std::optional<std::uint32_t> override_size_;
  TimePoint override_until_ = TimePoint::max();
  std::optional<std::uint32_t> step_to_;  ///< asked for since the last tick

  std::shared_ptr<Provider> provider_;  ///< null: none, or it cannot be made
  std::string provider_fault_;          ///< why
  Fleet fleet_;
  Sampler sampler_;
  SignalPoller poller_;
  const TimePoint started_;
  History history_;
  std::optional<conf::Autoscale> recorded_;  ///< the policy that was written down last
  Sample last_sample_;
  Decision last_decision_;
  std::deque<Decision> changes_;
  ScalingCounts counts_;
  Operations operations_;
  std::uint64_t next_operation_ = 1;
  bool is_stopped_ = false;
};

}  // namespace gapura::autoscale
