/// When requests are due, by a clock that nothing holds up. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace gapura::bench {

using Clock = std::chrono::steady_clock;

struct Pace {
  double rate = 0;  ///< requests a second, more than 0
  double seconds = 0;
  bool is_poisson = false;
  std::uint64_t seed = 1;
};

/// At equal intervals, or at exponentially distributed ones: so come many clients that know nothing
/// of each other.
class Schedule {
 public:
  Schedule(const Pace& pace, Clock::time_point begin)
      : pace_(pace), begin_(begin), random_(pace.seed), gap_s_(pace.rate) {}

  Clock::time_point due() const {
    return begin_ +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(at_s_));
  }
  bool is_over() const { return at_s_ >= pace_.seconds; }
  void next() {
    ++count_;
    // Not by adding intervals, whose rounding would add up.
    at_s_ = pace_.is_poisson ? at_s_ + gap_s_(random_) : static_cast<double>(count_) / pace_.rate;
  }

 private:
  Pace pace_;
  Clock::time_point begin_;
  std::mt19937_64 random_;
  std::exponential_distribution<double> gap_s_;
  double at_s_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace gapura::bench
