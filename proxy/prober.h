/// Tries to connect to suspended targets until they can be reached again. Control thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "balancer/target.h"
#include "base/clock.h"

namespace gapura::proxy {

/// Wait before probe number `tries` + 1: 1 s doubling to 30 s, less up to a quarter by `jitter`
/// (0 to 1), so that the targets of a rack that came back are not probed in step. Pure.
Milliseconds probe_wait(unsigned tries, double jitter) noexcept;

class Prober {
 public:
  struct Settings {
    /// All that are suspended now; asked every `look_every`.
    std::function<std::vector<balancer::TargetRef>()> suspended;
    std::function<void(const balancer::TargetRef&)> reached;
    std::function<double()> jitter;  ///< 0 to 1
    Milliseconds connect_timeout{2'000};
    Milliseconds look_every{250};
    std::function<Milliseconds(unsigned tries, double jitter)> wait = probe_wait;
  };
  Prober(boost::asio::io_context& loop, Settings settings);
  ~Prober();

  void start();
  /// Probes under way are dropped; nothing is called any more.
  void stop();

 private:
  struct Probes;
  std::shared_ptr<Probes> probes_;
};

}  // namespace gapura::proxy
