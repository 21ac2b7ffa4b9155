#include "balancer/health.h"

#include <gtest/gtest.h>

namespace gapura::balancer {
namespace {

using namespace std::chrono_literals;
using Verdict = CheckRun::Verdict;

const TimePoint kStart = TimePoint(std::chrono::hours(1));

TEST(CheckRun, AsksForSoManyAnswersInARow) {
  conf::HealthCheck check;
  check.rise = 2;
  check.fall = 3;
  CheckRun run;
  EXPECT_EQ(run.note(true, check), Verdict::none);
  EXPECT_EQ(run.note(true, check), Verdict::healthy);
  EXPECT_EQ(run.note(false, check), Verdict::none);
  EXPECT_EQ(run.note(false, check), Verdict::none);
  EXPECT_EQ(run.note(true, check), Verdict::none);  // begins anew
  EXPECT_EQ(run.note(false, check), Verdict::none);
  EXPECT_EQ(run.note(false, check), Verdict::none);
  EXPECT_EQ(run.note(false, check), Verdict::unhealthy);
}

TEST(FailureWindow, CountsWhatFailsWithinIt) {
  FailureWindow failures;
  EXPECT_FALSE(failures.note(kStart, 10s, 3));
  EXPECT_FALSE(failures.note(kStart + 9s, 10s, 3));
  EXPECT_FALSE(failures.note(kStart + 21s, 10s, 3));  // a new window
  EXPECT_FALSE(failures.note(kStart + 22s, 10s, 3));
  EXPECT_TRUE(failures.note(kStart + 23s, 10s, 3));
  EXPECT_FALSE(failures.note(kStart + 23s, 10s, 3));  // counted anew after too many
  EXPECT_TRUE(FailureWindow().note(kStart, 10s, 1));
}

TEST(Ejections, LastLongerEachTimeUntilThereWasCalm) {
  Ejections ejections;
  EXPECT_EQ(ejections.next(10s, kStart), 10s);
  EXPECT_EQ(ejections.next(10s, kStart + 11s), 20s);
  EXPECT_EQ(ejections.next(10s, kStart + 32s), 40s);
  EXPECT_EQ(ejections.next(10s, kStart + 32s + 80s), 10s);  // it was well for as long again
  for (int i = 0; i < 20; ++i) EXPECT_LE(ejections.next(10s, kStart + 120s), 300s);
  EXPECT_EQ(ejections.next(10s, kStart + 120s), 300s);
}

TEST(RampTenths, RiseEvenlyFromOneToTen) {
  EXPECT_EQ(ramp_tenths(0s, 10s), 1u);
  EXPECT_EQ(ramp_tenths(1'999ms, 10s), 1u);
  EXPECT_EQ(ramp_tenths(5s, 10s), 5u);
  EXPECT_EQ(ramp_tenths(10s, 10s), 10u);
  EXPECT_EQ(ramp_tenths(99s, 10s), 10u);
  EXPECT_EQ(ramp_tenths(0s, 0s), 10u);
}

}  // namespace
}  // namespace gapura::balancer
