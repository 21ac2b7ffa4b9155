/// Says in the log what targets do wrong, so that somebody can act on it: at most one line a second
/// and worker, since a target that breaks every answer must not fill the disk. Worker thread only.
#pragma once

#include <cstdint>

#include "balancer/target.h"
#include "base/clock.h"
#include "proxy/failure.h"

namespace gapura::proxy {

class FaultLog {
 public:
  /// Only failures that nobody else tells of: a target that cannot be connected to is suspended,
  /// which is logged, and a drain logs whom it cuts.
  void note(const balancer::TargetState& target, Failure failure, TimePoint now);

 private:
  TimePoint quiet_until_{};
  std::uint64_t unsaid_ = 0;
};

}  // namespace gapura::proxy
