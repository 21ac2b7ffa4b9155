/// Many targets, ordered by leases held / weight as one worker last saw it. The counters are those
/// of all workers; what is kept here is when they were looked at. One worker's; O(log n) a pick.
///
/// A pick looks at a few targets in turn (kLooks), so that all are seen again every n / kLooks
/// picks, and then verifies the least one before it is taken. What was seen too low is found out by
/// that; what was seen too high waits for its turn. So a pick is the least of all but for changes
/// of the last n / kLooks picks, and never a target that has more than it was believed to have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "balancer/pick_request.h"

namespace gapura::balancer {

class LoadOrder {
 public:
  static constexpr std::size_t kLooks = 8;
  static constexpr std::size_t kVerifiedMax = 16;

  /// Turns of targets that were known are kept. O(n).
  void adopt(const Service& service);
  /// `service` is the one adopted last. At most kLooks + kVerifiedMax targets are looked at, and
  /// besides them excluded ones; all, before a suspended one is picked.
  std::size_t pick(const Service& service, const PickRequest& request);
  std::uint64_t examined() const noexcept { return examined_; }

 private:
  using Place = std::uint32_t;
  struct Entry {
    TargetRef state;  ///< held, so that no new target can have the same address
    std::uint32_t weight = 1;
    std::uint32_t in_flight = 0;  ///< when last seen
    bool is_suspended = false;    ///< when last seen
    std::uint64_t picked = 0;     ///< number of its last pick: equal ones take turns
    std::uint32_t at = 0;         ///< place in heap_
  };

  bool is_before(Place a, Place b) const noexcept;
  void put(std::size_t at, Place place) noexcept;
  void sift_up(std::size_t at) noexcept;
  void sift_down(std::size_t at) noexcept;
  void settle(Place place) noexcept;
  /// True when what is known of it has changed.
  bool look(Place place) noexcept;
  void look_around() noexcept;
  std::size_t least(const PickRequest& request);
  void take_off_top() noexcept;
  void put_back() noexcept;

  std::vector<Entry> entries_;  ///< by place in service.targets
  std::vector<Place> heap_;     ///< the first live_ of them are a heap, the least on top
  std::size_t live_ = 0;        ///< behind: excluded ones that this pick has met
  std::size_t next_look_ = 0;
  std::uint64_t picks_ = 0;
  std::uint64_t examined_ = 0;
};

}  // namespace gapura::balancer
