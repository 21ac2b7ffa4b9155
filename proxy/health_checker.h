/// Asks targets whether they are well (healthCheck): one asker a target, whoever uses it. A
/// newcomer is asked at once, and every second until it has answered. Control thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "balancer/registry.h"
#include "base/clock.h"

namespace gapura::proxy {

/// The interval less up to a tenth by `jitter` (0 to 1), so that many targets are not asked in
/// step.
Milliseconds jittered(Milliseconds interval, double jitter) noexcept;

class HealthChecker {
 public:
  struct Settings {
    /// All that are to be asked, and how; looked at every `look_every`.
    std::function<std::vector<balancer::CheckedTarget>()> targets;
    /// A check has ended.
    std::function<void(const balancer::TargetRef&, const balancer::ProbeResult&)> checked;
    std::function<double()> jitter;  ///< 0 to 1; drawn once for each check, as it begins
    Milliseconds look_every{250};
  };
  HealthChecker(boost::asio::io_context& loop, Settings settings);
  ~HealthChecker();

  void start();
  /// Nothing is called any more.
  void stop();

 private:
  struct Checks;
  std::shared_ptr<Checks> checks_;
};

}  // namespace gapura::proxy
