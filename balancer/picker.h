/// Choosing a target: what one worker keeps for one service, whatever its strategy. Survives
/// reloads; a change of strategy begins anew. One thread, no clock, no allocation in pick().
///
/// Every strategy has the same two functions, adopt() and pick(), and the same rules: excluded
/// targets (PickRequest) are never picked, suspended ones only when nothing else is left, and
/// draining ones are not in the service. They are alternatives of one variant: what differs from
/// target to target is data, so that nothing is called through a table while targets are compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "balancer/least_connections.h"
#include "balancer/least_time.h"
#include "balancer/pick_request.h"
#include "balancer/random_choice.h"
#include "balancer/rendezvous.h"
#include "balancer/round_robin.h"
#include "balancer/two_choices.h"

namespace gapura::balancer {

class Picker {
 public:
  static constexpr std::size_t npos = kNoPlace;

  explicit Picker(const PickStart& start) : start_(start), strategy_(RoundRobin(start)) {}

  /// Takes note of the service's targets; what is known of the old ones is kept. Call when a
  /// snapshot is adopted, before pick(). O(n).
  void adopt(const Service& service);

  /// Index into service.targets, or `npos`. `service` is the one adopted last.
  std::size_t pick(const Service& service, const PickRequest& request);

  /// Targets looked at so far, for tests and benchmarks: what a pick costs beyond the cache.
  std::uint64_t examined() const noexcept;

 private:
  using Strategy =
      std::variant<RoundRobin, LeastConnections, TwoChoices, LeastTime, Rendezvous, RandomChoice>;
  static Strategy make(conf::StrategyKind kind, const PickStart& start);

  PickStart start_;
  conf::StrategyKind kind_ = conf::StrategyKind::wrr;
  Strategy strategy_;
  std::size_t adopted_ = 0;  ///< number of targets
};

}  // namespace gapura::balancer
