#include "balancer/health.h"

#include <algorithm>

namespace gapura::balancer {
namespace {

constexpr Milliseconds kLongest{300'000};

}  // namespace

Milliseconds Ejections::next(Milliseconds window, TimePoint now) noexcept {
  if (now >= calm_from_) in_a_row_ = 0;
  constexpr unsigned kDoublingsMax = 10;
  const auto doublings = std::min(in_a_row_++, kDoublingsMax);
  const Milliseconds time = std::min(window * (std::int64_t{1} << doublings), kLongest);
  // As long again without trouble after it has come back.
  calm_from_ = now + 2 * time;
  return time;
}

bool FailureWindow::note(TimePoint now, Milliseconds window, unsigned failures) noexcept {
  const std::int64_t now_ms =
      std::chrono::duration_cast<Milliseconds>(now.time_since_epoch()).count();
  const std::int64_t began = began_ms_.load(std::memory_order_relaxed);
  if (now_ms - began > window.count()) {
    began_ms_.store(now_ms, std::memory_order_relaxed);
    count_.store(0, std::memory_order_relaxed);
  }
  if (count_.fetch_add(1, std::memory_order_relaxed) + 1 < failures) return false;
  count_.store(0, std::memory_order_relaxed);
  return true;
}

unsigned ramp_tenths(Milliseconds warm_for, Milliseconds slow_start) noexcept {
  if (slow_start.count() <= 0) return 10;
  const auto tenths = 10 * warm_for.count() / slow_start.count();
  return static_cast<unsigned>(std::clamp<std::int64_t>(tenths, 1, 10));
}

}  // namespace gapura::balancer
