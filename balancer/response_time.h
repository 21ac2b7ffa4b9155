/// How long a target takes to answer, judged for choosing among targets (leasttime): a moving
/// average of the time to the response's head that believes a slower answer at once and a faster
/// one slowly (peak EWMA, as in Finagle), with two additions:
///
///  - A request that still waits says something too: no estimate is below the wait of the oldest
///    one known. A target that hangs is left after moments, not after its first answer.
///  - Without answers the estimate fades, so that a target which was slow once is tried again: one
///    request at a time, because of the first addition.
///
/// Part of TargetState and so shared by all workers, which learn of a slow target together and do
/// not each pay for finding out; it outlives reloads for the same reason. Both words lie in the
/// line of `in_flight`, which a pick and a release write in any case. Workers may overwrite each
/// other's update: then one sample is lost, of many.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace gapura::balancer {

class ResponseTime {
 public:
  using Seconds = std::chrono::duration<double>;
  /// Time after which a past answer counts for 1/e of what it did. Twenty-five seconds after it
  /// was at its worst, a target that was a hundred times slower than others is tried again.
  static constexpr Seconds kMemory{5.0};

  /// A request is on its way.
  void asked(TimePoint now) noexcept {
    std::int64_t none = 0;
    waiting_since_.compare_exchange_strong(none, ticks(now), std::memory_order_relaxed);
  }

  /// The head has come, `took` after the request was sent.
  void answered(Seconds took, TimePoint now) noexcept { learn(took, now, true); }

  /// No good answer: none at all, or a server error, which is often quick. Never makes the target
  /// look better.
  void failed(Seconds took, TimePoint now) noexcept { learn(took, now, false); }

  /// 0 for a target of which nothing is known.
  Seconds estimate(TimePoint now) const noexcept;

 private:
  /// Never 0.
  static std::int64_t ticks(TimePoint time) noexcept { return time.time_since_epoch().count() | 1; }
  static Seconds faded(std::uint64_t packed, TimePoint now) noexcept;
  void learn(Seconds took, TimePoint now, bool may_improve) noexcept;

  /// Estimate in seconds (float, upper half) and when it was made (ms, modulo 49 days).
  std::atomic<std::uint64_t> learnt_{0};
  std::atomic<std::int64_t> waiting_since_{0};  ///< 0: nobody waits, as far as is known
};

}  // namespace gapura::balancer
