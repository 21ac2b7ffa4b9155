/// Choosing a target. One Picker per worker and service: it keeps the worker's position, which
/// survives reloads because it is kept by target, not by place in a list. One thread, no clock.
///
/// wrr is earliest deadline first: turn k of a target of weight w is due at (2k + 1) / 2w of each
/// cycle, so in every cycle each target gets exactly its weight, evenly spread. O(log n).
/// leastconn scans leases held / weight over all workers; equal ones take turns. O(n).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "balancer/snapshot.h"

namespace gapura::balancer {

class Picker {
 public:
  /// `offset` (the worker's number) lets workers start at different targets.
  explicit Picker(std::uint32_t offset) noexcept : offset_(offset) {}

  /// Takes note of the service's targets; positions of those already known are kept. Call when a
  /// snapshot is adopted, before pick(). O(n).
  void adopt(const Service& service);

  /// Index into service.targets, or `npos`. Targets in `tried` are never picked; suspended ones
  /// only when nothing else is left (sending to a doubtful target beats refusing everybody).
  /// `service` is the one adopted last. No allocation.
  std::size_t pick(const Service& service, std::span<const TargetState* const> tried);
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

 private:
  using Place = std::uint32_t;  ///< index into entries_, which is the one into service.targets

  /// Exact, so that no rounding adds up over the years.
  struct VirtualTime {
    std::uint64_t cycle = 0;
    std::uint64_t numerator = 0;  ///< of the part of the cycle that is over
    std::uint64_t denominator = 1;
    bool is_before(const VirtualTime& other) const noexcept;
    bool is_same(const VirtualTime& other) const noexcept;
  };
  struct Entry {
    TargetRef state;          ///< held, so that no new target can have the same address
    std::uint32_t weight = 1;
    std::uint64_t order = 0;  ///< among equal deadlines; kept, so that turns stay the same
    VirtualTime due;
  };

  void adopt_cursor(const std::vector<Entry>& old, bool is_first);
  bool has_same_targets(const Service& service) const noexcept;
  bool is_later(Place a, Place b) const noexcept;
  void set_due(Entry& entry, bool is_after_now) const noexcept;
  std::size_t pick_by_turn(std::span<const TargetState* const> tried);
  std::size_t pick_from_heap(std::span<const TargetState* const> tried);
  std::size_t pick_parked(std::span<const TargetState* const> tried);
  bool unpark(std::size_t checks);
  std::size_t pick_least(std::span<const TargetState* const> tried);

  std::uint32_t offset_;
  std::vector<Entry> entries_;
  std::vector<Place> heap_;    ///< earliest deadline on top
  std::vector<Place> parked_;  ///< found suspended when their turn came
  std::size_t parked_next_ = 0;
  VirtualTime now_;            ///< deadline of the last pick
  std::uint64_t orders_given_ = 0;
  std::size_t cursor_ = 0;     ///< leastconn: where the next scan begins
};

}  // namespace gapura::balancer
