/// What workers share about the requests of one service that wait for a target to have room: how
/// many there are, and which worker has the one that waits longest. Survives reloads.
///
/// A wake-up is not lost although no lock is taken: who begins to wait announces it here, passes a
/// fence, and only then looks once more for room; who makes room passes a fence before it looks
/// here. One of the two sees the other.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace gapura::balancer {

class QueueState {
 public:
  explicit QueueState(unsigned workers) : oldest_(workers) {}

  /// False: `length_max` wait already.
  bool enter(std::uint32_t length_max) noexcept {
    if (length_.fetch_add(1, std::memory_order_seq_cst) < length_max) return true;
    length_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  /// After `waited`, whatever came of it.
  void leave(TimePoint::duration waited) noexcept {
    length_.fetch_sub(1, std::memory_order_seq_cst);
    ended_.fetch_add(1, std::memory_order_relaxed);
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(waited).count();
    waited_us_.fetch_add(static_cast<std::uint64_t>(us), std::memory_order_relaxed);
  }

  /// Since when the first in `worker`'s line waits. Each worker says it of itself.
  void set_oldest(unsigned worker, TimePoint since) noexcept {
    oldest_[worker].store(since.time_since_epoch().count() | 1, std::memory_order_seq_cst);
  }
  void set_none(unsigned worker) noexcept { oldest_[worker].store(0, std::memory_order_seq_cst); }

  /// The worker whose first request has waited longest.
  std::optional<unsigned> longest_waiting() const noexcept;

  std::uint32_t length() const noexcept { return length_.load(std::memory_order_seq_cst); }
  std::uint64_t ended() const noexcept { return ended_.load(std::memory_order_relaxed); }
  std::uint64_t waited_us() const noexcept { return waited_us_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint32_t> length_{0};
  std::atomic<std::uint64_t> ended_{0};            ///< requests that waited and wait no longer
  std::atomic<std::uint64_t> waited_us_{0};        ///< by these
  std::vector<std::atomic<std::int64_t>> oldest_;  ///< by worker, of the steady clock; 0: none
};

}  // namespace gapura::balancer
