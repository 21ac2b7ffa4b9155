/// From the service that a route names to the one whose targets are picked, through services over
/// services. What one worker keeps for that; survives reloads. One thread, no clock.
///
/// follow() and the pick after it belong into one turn of the loop: then no request can come to a
/// service or target that the worker's snapshot does not have any more, which is what the proof of
/// a drain rests on.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "balancer/mirroring.h"
#include "balancer/pick_request.h"
#include "balancer/snapshot.h"
#include "balancer/weighted.h"

namespace gapura::balancer {

/// What a request's earlier attempts have left: failovers whose service has answered it with an
/// unwanted status.
class Fallen {
 public:
  bool contains(ServiceSlot slot) const noexcept;
  /// False: there is no room for one more; nobody nests so many.
  bool add(ServiceSlot slot) noexcept;

 private:
  std::array<ServiceSlot, conf::kNestingMax> slots_{};
  std::size_t count_ = 0;
};

/// What a request has passed on its way, for one attempt.
struct Way {
  std::string cookies;  ///< whole lines that are due
  /// Failovers by status on whose first service's side it is, the innermost last.
  std::array<ServiceSlot, conf::kNestingMax> failover_slots{};
  std::size_t failover_count = 0;
  /// Mirrors that the request is for. Chosen once, whatever the number of attempts.
  std::vector<MirrorWanted> mirrors;
  bool are_mirrors_chosen = false;

  std::span<const ServiceSlot> failovers() const noexcept {
    return {failover_slots.data(), failover_count};
  }
};

class Ways {
 public:
  explicit Ways(std::uint32_t offset) noexcept : offset_(offset) {}

  /// With each snapshot, before follow().
  void adopt(const Snapshot& snapshot);
  /// The service with targets; `way` says how the request came there. No allocation but for
  /// cookies and mirrors.
  const Service& follow(const Snapshot& snapshot, const Service& start, const PickRequest& request,
                        const Fallen& fallen, Way& way);
  /// Null: the snapshot does not have it.
  const Service* find(const Snapshot& snapshot, ServiceSlot slot) const noexcept;

 private:
  std::uint32_t offset_;
  std::vector<std::size_t> places_;                    ///< by ServiceSlot, or kNoPlace
  std::vector<std::unique_ptr<WeightedTurns>> turns_;  ///< by ServiceSlot; null: not weighted
  std::vector<std::unique_ptr<MirrorTurns>> mirrors_;  ///< by ServiceSlot; null: not mirroring
};

}  // namespace gapura::balancer
