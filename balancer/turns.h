/// Taking turns by weight: earliest deadline first. Turn k of something of weight w is due at
/// (2k + 1) / 2w of each cycle, so that in every cycle each gets exactly its weight, evenly spread.
/// One worker's turns; they survive reloads, because they are kept by key and not by place in a
/// list. O(log n). Doubtful ones are parked when their turn comes, and looked at a few at a time.
///
/// What is doubtful or excluded is asked of the caller: round_robin.h says it of targets,
/// weighted.h of services.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gapura::balancer {

class Turns {
 public:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  struct Item {
    std::uint64_t key = 0;     ///< no two of a list have the same
    std::uint32_t weight = 1;  ///< 1 to 10,000,000 (tenths, while somebody warms up)
  };

  explicit Turns(std::uint32_t offset) noexcept : offset_(offset) {}

  /// Items that were there keep their turns. A key must mean the same thing as in the last call.
  void adopt(std::span<const Item> items);
  /// Place of the next one among the items adopted last, or `npos`. Excluded ones (`is_excluded` of
  /// their place) are not picked and keep their turn; doubtful ones are picked only when nothing
  /// else is left.
  template <class Doubtful, class Excluded>
  std::size_t pick(const Doubtful& is_doubtful, const Excluded& is_excluded);
  /// Items looked at so far.
  std::uint64_t examined() const noexcept { return examined_; }

 private:
  using Place = std::uint32_t;  ///< index into entries_

  /// Exact, so that no rounding adds up over the years.
  struct VirtualTime {
    std::uint64_t cycle = 0;
    std::uint64_t numerator = 0;  ///< of the part of the cycle that is over
    std::uint64_t denominator = 1;
    bool is_before(const VirtualTime& other) const noexcept;
    bool is_same(const VirtualTime& other) const noexcept;
  };
  struct Entry {
    std::uint64_t key = 0;
    std::uint32_t weight = 1;
    std::uint64_t order = 0;  ///< among equal deadlines; kept, so that turns stay the same
    VirtualTime due;
  };

  /// How many parked ones each pick looks at: recovery is noticed soon, at a bounded cost.
  static constexpr std::size_t kParkedChecks = 8;

  bool has_same(std::span<const Item> items) const noexcept;
  bool is_later(Place a, Place b) const noexcept;
  void set_due(Entry& entry, bool is_after_now) const noexcept;
  void pop_earliest(std::size_t live) noexcept;
  void park(std::size_t live);
  void take_turn(Place place) noexcept;
  void put_back(std::size_t live) noexcept;
  void take_back_parked() noexcept;
  template <class Doubtful, class Excluded>
  std::size_t pick_from_heap(const Doubtful& is_doubtful, const Excluded& is_excluded);
  template <class Excluded>
  std::size_t pick_parked(const Excluded& is_excluded);
  template <class Doubtful>
  bool unpark(std::size_t checks, const Doubtful& is_doubtful);

  std::uint32_t offset_;
  std::vector<Entry> entries_;
  std::vector<Place> heap_;    ///< earliest deadline on top
  std::vector<Place> parked_;  ///< found doubtful when their turn came
  std::size_t parked_next_ = 0;
  VirtualTime now_;  ///< deadline of the last pick
  std::uint64_t orders_given_ = 0;
  std::uint64_t examined_ = 0;
};

template <class Doubtful, class Excluded>
std::size_t Turns::pick(const Doubtful& is_doubtful, const Excluded& is_excluded) {
  unpark(kParkedChecks, is_doubtful);
  std::size_t found = pick_from_heap(is_doubtful, is_excluded);
  // Before a doubtful one is taken, make sure that none of the parked ones has recovered.
  if (found == npos && unpark(parked_.size(), is_doubtful)) {
    found = pick_from_heap(is_doubtful, is_excluded);
  }
  return found == npos ? pick_parked(is_excluded) : found;
}

template <class Doubtful, class Excluded>
std::size_t Turns::pick_from_heap(const Doubtful& is_doubtful, const Excluded& is_excluded) {
  std::size_t live = heap_.size();  // what lies behind has been taken out for the moment
  std::size_t found = npos;
  while (live > 0 && found == npos) {
    pop_earliest(live);
    const Place place = heap_[--live];
    ++examined_;
    if (is_doubtful(place)) {
      park(live);
    } else if (!is_excluded(place)) {
      found = place;
    }
  }
  if (found != npos) take_turn(static_cast<Place>(found));
  // Excluded ones keep their turn: the next request may use them.
  put_back(live);
  return found;
}

/// Puts back those of the next `checks` parked ones that are doubtful no longer.
template <class Doubtful>
bool Turns::unpark(std::size_t checks, const Doubtful& is_doubtful) {
  bool has_some = false;
  for (std::size_t n = std::min(checks, parked_.size()); n > 0 && !parked_.empty(); --n) {
    if (parked_next_ >= parked_.size()) parked_next_ = 0;
    ++examined_;
    if (is_doubtful(parked_[parked_next_])) {
      ++parked_next_;
      continue;
    }
    take_back_parked();
    has_some = true;
  }
  return has_some;
}

/// In turn, whatever the weights: none of them is known to work.
template <class Excluded>
std::size_t Turns::pick_parked(const Excluded& is_excluded) {
  for (std::size_t n = parked_.size(); n > 0; --n) {
    if (parked_next_ >= parked_.size()) parked_next_ = 0;
    const Place place = parked_[parked_next_++];
    if (!is_excluded(place)) return place;
  }
  return npos;
}

}  // namespace gapura::balancer
