/// How client connections are spread over the workers. The kernel gives each worker its own by a
/// hash, unevenly while there are few; a worker that is to accept one more, and has noticeably more
/// than the worker with fewest, leaves it to that one. One object for all workers; any thread. With
/// one worker it does nothing. Source of the choice: docs/decisions/0009-handing-clients-over.md.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gapura::proxy {

/// Whether a worker that has `ours` connections leaves its next one to the worker with fewest,
/// which has `least`. Never for a difference of 2 in the end, nor for less than a sixteenth: a
/// hand-over costs more than it brings then. Two workers so split 16 connections 9:7 at worst, 64
/// 34:30.
constexpr bool is_uneven(std::size_t ours, std::size_t least) noexcept {
  return ours + 1 > least + 2 + ours / 16;
}

class Spread {
 public:
  explicit Spread(unsigned workers) : counts_(workers) {}

  /// Which worker takes the connection that `self` has accepted. It is counted there from now on,
  /// so that one on its way counts already. Called by `self`.
  unsigned place(unsigned self) noexcept;
  /// A connection that was placed at `worker` is gone, or was never made. Called by `worker`.
  void closed(unsigned worker) noexcept;
  /// `worker` gets no more from others; what is on its way still comes. Called by `worker`.
  void stop(unsigned worker) noexcept;
  /// Connections placed at `worker`, those on their way included; always 0 with one worker.
  std::size_t open(unsigned worker) const noexcept;

 private:
  /// What everybody reads, in a cache line of its own. The highest bit says that the worker stops,
  /// which makes it the one with most.
  struct alignas(64) Count {
    std::atomic<std::uint64_t> value{0};
  };
  static constexpr std::uint64_t kStopped = std::uint64_t{1} << 63;
  bool take(Count& count) noexcept;

  std::vector<Count> counts_;  // by number
};

}  // namespace gapura::proxy
