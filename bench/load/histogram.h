/// Counts of durations in buckets that grow with them: 128 for each power of two, so that what is
/// read out is less than 1 % above what was put in, from a nanosecond to hours, in 60 KiB. The idea
/// is HdrHistogram's (Tene), of which Debian 12 has no package. One thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gapura::bench {

class Histogram {
 public:
  /// Of any unit. O(1).
  void add(std::uint64_t value) {
    ++buckets_[place_of(value)];
    ++count_;
    max_ = std::max(max_, value);
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_; }

  /// The value that `share` (0 to 1) of all are not above: the upper end of its bucket, and never
  /// above the highest value seen. 0 without any value.
  std::uint64_t at(double share) const {
    const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t place = 0; place < buckets_.size(); ++place) {
      seen += buckets_[place];
      if (seen > 0 && seen >= wanted) return std::min(upper_end(place), max_);
    }
    return max_;
  }

 private:
  static constexpr unsigned kBits = 7;  // 2^7 buckets for each power of two
  static constexpr std::uint64_t kWidth = 1u << kBits;

  /// Below 256 each value has its own bucket; above, the leading eight bits choose it.
  static std::size_t place_of(std::uint64_t value) {
    const auto bits = static_cast<unsigned>(std::bit_width(value));
    const unsigned shift = bits > kBits + 1 ? bits - kBits - 1 : 0;
    return static_cast<std::size_t>(shift * kWidth + (value >> shift));
  }

  static std::uint64_t upper_end(std::size_t place) {
    if (place < 2 * kWidth) return place;
    const std::uint64_t shift = place / kWidth - 1;
    return ((place - shift * kWidth + 1) << shift) - 1;
  }

  std::vector<std::uint64_t> buckets_ = std::vector<std::uint64_t>((64 - kBits + 1) * kWidth);
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace gapura::bench
