/// The clock that every decision takes as an argument.
#pragma once

#include <chrono>
#include <ctime>

namespace gapura {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Milliseconds = std::chrono::milliseconds;

/// The time of the kernel's last tick: up to 4 ms old, and a fifth of the cost. For limits of tens
/// of milliseconds and more, where every request asks.
inline TimePoint coarse_now() noexcept {
  std::timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return TimePoint(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace gapura
