/// Whoever decides in a simulation: Gapura with a policy, or one of those it is compared with.
#pragma once

#include <memory>
#include <string>

#include "autoscale/decide/decision.h"
#include "autoscale/decide/sample.h"
#include "conf/autoscale.h"

namespace gapura::autoscale {

class Scaler {
 public:
  virtual ~Scaler() = default;
  /// The size wanted after this tick; `utilization` (0 to 1) is the tick's own.
  virtual Decision tick(const Sample& sample, double utilization) = 0;
  /// A target that began to boot so long ago serves.
  virtual void booted(Milliseconds /*took*/) {}
  /// Whether requests are let end before a target goes. Without it those in work are lost, and for
  /// 5 s those still sent to it.
  virtual bool drains() const { return true; }
};

/// decide() with `policy`.
std::unique_ptr<Scaler> make_policy_scaler(const conf::Autoscale& policy, TimePoint begins);

/// The rule that Gapura replaces, idealised: the CPU's mean over two minutes, looked at once a
/// minute; above 70 % for a minute one more, below 30 % for five minutes one fewer; 30 s until the
/// alert is sent, five minutes between two changes; deletes first.
std::unique_ptr<Scaler> make_seed_scaler(std::uint32_t min, std::uint32_t max);

/// Kubernetes' horizontal pod autoscaler with its defaults on CPU at 70 %: every 15 s, tolerance
/// 0.1, the largest wish of 300 s on the way down, at most the double or four more in 15 s.
std::unique_ptr<Scaler> make_hpa_scaler(std::uint32_t min, std::uint32_t max);

/// Knative's autoscaler with its defaults: concurrency at 70 % over 60 s, and in panic over 6 s.
std::unique_ptr<Scaler> make_kpa_scaler(std::uint32_t min, std::uint32_t max, double concurrency);

}  // namespace gapura::autoscale
