/// Drawing targets at random, each as often as its weight says among those that may be picked now.
/// What random, p2c and leasttime stand on. One worker's; O(log n) a draw.
///
/// A tree of partial sums (Fenwick, 1994) is drawn from, and not a table with another draw whenever
/// the target found is suspended: that would cost more the more of them are, and favour nobody only
/// as long as it is not cut short. A suspended target is parked when it is drawn, and its weight is
/// 0 until it has recovered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "balancer/hash.h"
#include "balancer/pick_request.h"

namespace gapura::balancer {

class WeightedDraw {
 public:
  explicit WeightedDraw(std::uint64_t seed) noexcept : chance_(seed) {}

  /// O(n).
  void adopt(const Service& service);

  /// One target, or kNoPlace. A suspended one, whatever its weight, only when nothing else is left.
  std::size_t one(const Service& service, const PickRequest& request);

  /// Two draws of different units of weight (weights have no common divisor): the same target twice
  /// is as likely as its weight makes it, and impossible when all weights are equal. The second is
  /// the first again when there is no other.
  std::pair<std::size_t, std::size_t> two(const Service& service, const PickRequest& request);

  /// Its weight without the divisor that all weights have in common.
  std::uint32_t weight(const Service& service, std::size_t place) const noexcept {
    return service.targets[place].weight / divisor_;
  }
  std::uint64_t examined() const noexcept { return examined_; }

 private:
  using Place = std::uint32_t;

  std::size_t first(const Service& service, const PickRequest& request);
  std::size_t draw(const Service& service, const PickRequest& request, std::size_t known);
  std::size_t draw_doubtful(const Service& service, const PickRequest& request);
  std::size_t place_of_unit(std::uint64_t unit) const noexcept;
  /// `change` may be a negative number modulo 2^64.
  void add(std::size_t place, std::uint64_t change) noexcept;
  void unpark(const Service& service, std::size_t checks);
  void put_back(const Service& service);

  Chance chance_;
  std::vector<std::uint64_t> sums_;  ///< sums_[i]: of the (i & -i) weights that end with number i
  std::uint64_t total_ = 0;
  std::uint32_t divisor_ = 1;
  std::vector<Place> parked_;  ///< found suspended when they were drawn
  std::size_t parked_next_ = 0;
  std::vector<Place> aside_;  ///< excluded ones that this pick has met
  std::uint64_t examined_ = 0;
};

}  // namespace gapura::balancer
