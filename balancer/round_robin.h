/// wrr: earliest deadline first. Turn k of a target of weight w is due at (2k + 1) / 2w of each
/// cycle, so that in every cycle each target gets exactly its weight, evenly spread. One worker's
/// turns; they survive reloads, because they are kept by target and not by place in a list.
/// O(log n). Suspended targets are parked when their turn comes, and looked at a few at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "balancer/pick_request.h"

namespace gapura::balancer {

class RoundRobin {
 public:
  explicit RoundRobin(const PickStart& start) noexcept : offset_(start.offset) {}

  void adopt(const Service& service);
  std::size_t pick(const Service& service, const PickRequest& request);
  std::uint64_t examined() const noexcept { return examined_; }

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
    TargetRef state;  ///< held, so that no new target can have the same address
    std::uint32_t weight = 1;
    std::uint64_t order = 0;  ///< among equal deadlines; kept, so that turns stay the same
    VirtualTime due;
  };

  bool has_same_targets(const Service& service) const noexcept;
  bool is_later(Place a, Place b) const noexcept;
  void set_due(Entry& entry, bool is_after_now) const noexcept;
  std::size_t pick_from_heap(const PickRequest& request);
  std::size_t pick_parked(const PickRequest& request);
  bool unpark(std::size_t checks);

  std::uint32_t offset_;
  std::vector<Entry> entries_;
  std::vector<Place> heap_;    ///< earliest deadline on top
  std::vector<Place> parked_;  ///< found suspended when their turn came
  std::size_t parked_next_ = 0;
  VirtualTime now_;  ///< deadline of the last pick
  std::uint64_t orders_given_ = 0;
  std::uint64_t examined_ = 0;
};

}  // namespace gapura::balancer
