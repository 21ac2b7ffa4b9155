/// Emptying one target: what has to be waited for, and what is done when that takes too long.
/// Pure: the registry acts on the answers.
#pragma once

#include <cstdint>

#include "balancer/target.h"
#include "base/clock.h"
#include "base/ids.h"
#include "conf/dynamic_config.h"

namespace gapura::balancer {

/// When requests that do not end by themselves are ended.
struct DrainLimits {
  Milliseconds stalled;  ///< without progress, counted from the start of the drain at the earliest
  Milliseconds all;      ///< everything that is left; not below `stalled`
  static DrainLimits of(const conf::ServiceConfig& service) noexcept;
};

/// How long leases may take to be dropped after everything was told to end.
inline constexpr Milliseconds kCutGrace{5'000};
/// Pause between two askings to cut.
inline constexpr Milliseconds kCutPause{1'000};

class Drain {
 public:
  Drain(const TargetState& state, TimePoint now) noexcept
      : began_(now),
        next_cut_(now),
        finished_before_(state.finished_while_draining.load(std::memory_order_relaxed)),
        cut_before_(state.cut.load(std::memory_order_relaxed)) {}

  /// The first snapshot without the target has this version. Time limits count from here: until
  /// then it may have been used (Member::Stay).
  void published(Version version, TimePoint now) noexcept {
    if (is_published()) return;
    excluded_in_ = version;
    excluded_at_ = now;
  }

  bool is_published() const noexcept { return excluded_in_ != Version{}; }

  /// Instead of longer limits; 0: nothing that is in flight is waited for.
  void end_within(Milliseconds limit) noexcept { limit_ = limit; }
  Milliseconds limit() const noexcept { return limit_; }

  enum class Step {
    wait,
    cut_stalled,  ///< end exchanges without progress for DrainLimits::stalled
    cut_all,
    finish,   ///< empty, and no worker can pick it: gone
    give_up,  ///< leases are left though all was told to end: gone, those count as cut
  };
  /// What is to be done. Each cut is asked for once a second. Nothing makes a target gone before
  /// every worker has adopted (`adopted_by_all`) a snapshot without it.
  Step step(const TargetState& state, const DrainLimits& limits, Version adopted_by_all,
            TimePoint now) noexcept;

  /// Step::finish, asked without side effects.
  bool is_done(const TargetState& state, Version adopted_by_all) const noexcept;

  TimePoint began() const noexcept { return began_; }
  /// Requests that ended by themselves, and by force, since the drain began.
  std::uint32_t finished(const TargetState& state) const noexcept {
    return state.finished_while_draining.load(std::memory_order_relaxed) - finished_before_;
  }
  std::uint32_t cut(const TargetState& state) const noexcept {
    return state.cut.load(std::memory_order_relaxed) - cut_before_;
  }

 private:
  bool is_excluded(Version adopted_by_all) const noexcept {
    return excluded_in_ != Version{} && adopted_by_all >= excluded_in_;
  }

  TimePoint began_;
  TimePoint next_cut_;
  std::uint32_t finished_before_;
  std::uint32_t cut_before_;
  Version excluded_in_{};  ///< 0: not published yet
  TimePoint excluded_at_{};
  Milliseconds limit_ = Milliseconds::max();
};

}  // namespace gapura::balancer
