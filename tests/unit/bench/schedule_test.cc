#include "bench/load/schedule.h"

#include <chrono>
#include <gtest/gtest.h>
#include <vector>

namespace gapura::bench {
namespace {

using std::chrono::milliseconds;

std::vector<Clock::duration> all_due(const Pace& pace) {
  const Clock::time_point begin(std::chrono::hours(1));
  std::vector<Clock::duration> out;
  for (Schedule schedule(pace, begin); !schedule.is_over(); schedule.next()) {
    out.push_back(schedule.due() - begin);
  }
  return out;
}

TEST(LoadSchedule, IsDueAtEqualIntervalsUntilTheEnd) {
  EXPECT_EQ(all_due({.rate = 10, .seconds = 0.3}),
            (std::vector<Clock::duration>{milliseconds(0), milliseconds(100), milliseconds(200)}));
}

TEST(LoadSchedule, KeepsTheRateWhenItsIntervalsVary) {
  const auto due = all_due({.rate = 1000, .seconds = 100, .is_poisson = true, .seed = 7});

  // The standard deviation of such a count is its root, 316: this is ten of them.
  EXPECT_NEAR(static_cast<double>(due.size()), 100'000, 3'160);
  std::size_t short_gaps = 0;
  for (std::size_t i = 1; i < due.size(); ++i) {
    if (due[i] - due[i - 1] < std::chrono::microseconds(693)) ++short_gaps;
  }
  // Half of exponential intervals are shorter than ln 2 of their mean.
  EXPECT_NEAR(static_cast<double>(short_gaps) / static_cast<double>(due.size()), 0.5, 0.02);
}

TEST(LoadSchedule, RepeatsItselfByItsSeed) {
  const Pace pace{.rate = 100, .seconds = 1, .is_poisson = true, .seed = 3};
  Pace other = pace;
  other.seed = 4;

  EXPECT_EQ(all_due(pace), all_due(pace));
  EXPECT_NE(all_due(pace), all_due(other));
}

}  // namespace
}  // namespace gapura::bench
