/// What is known of a target's health, and what follows from it. Pure; control thread, but for
/// FailureWindow.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "conf/dynamic_config.h"

namespace gapura::balancer {

/// What came of asking a target once.
struct ProbeResult {
  std::string fault{};  ///< empty: it is well; else what is wrong, one sentence
  unsigned status = 0;  ///< of its answer; 0: there was none, or HTTP was not asked for
  Milliseconds took{0};
  bool is_good() const noexcept { return fault.empty(); }
};

/// Answers of active checks in a row: `rise` good ones make healthy, `fall` bad ones unhealthy.
class CheckRun {
 public:
  enum class Verdict { none, healthy, unhealthy };
  Verdict note(bool is_good, const conf::HealthCheck& check) noexcept {
    good_ = is_good ? good_ + 1 : 0;
    bad_ = is_good ? 0 : bad_ + 1;
    if (good_ >= check.rise) return Verdict::healthy;
    return bad_ >= check.fall ? Verdict::unhealthy : Verdict::none;
  }

 private:
  unsigned good_ = 0;
  unsigned bad_ = 0;
};

/// How long a target stays ejected by passive checks: the failure window, doubled with every time
/// that it was ejected again soon after it had come back, up to 300 s.
class Ejections {
 public:
  /// Ejected once more. Gives for how long.
  Milliseconds next(Milliseconds window, TimePoint now) noexcept;

 private:
  unsigned in_a_row_ = 0;
  TimePoint calm_from_{};  ///< an ejection after this is the first of a new row
};

/// Failed requests of one target, seen by all workers: `failures` within `window` are too many.
/// Any thread. Two workers that begin a window at once may lose one count, which does no harm.
class FailureWindow {
 public:
  /// One more failure. True when that makes too many; the count begins anew then.
  bool note(TimePoint now, Milliseconds window, unsigned failures) noexcept;

 private:
  std::atomic<std::int64_t> began_ms_{0};
  std::atomic<unsigned> count_{0};
};

/// Share of its weight that a target gets while it warms up, in tenths: 1 to 10. Rises evenly.
unsigned ramp_tenths(Milliseconds warm_for, Milliseconds slow_start) noexcept;

}  // namespace gapura::balancer
