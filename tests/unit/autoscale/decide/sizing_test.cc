#include "autoscale/decide/sizing.h"

#include <gtest/gtest.h>

namespace gapura::autoscale {
namespace {

TEST(Sizing, AsksForWhatBringsTheLoadToItsAim) {
  const Aim aim{.share = 0.7, .tolerance = 0.1, .safe = 0.6};

  EXPECT_EQ(size_for(2.1, aim, 1), 3U);
  EXPECT_EQ(size_for(2.2, aim, 1), 4U);
  EXPECT_EQ(size_for(0, aim, 0), 0U);
  EXPECT_EQ(size_for(0.01, aim, 0), 1U);
}

TEST(Sizing, StaysWithinTolerance) {
  const Aim aim{.share = 0.7, .tolerance = 0.1, .safe = 0.6};

  EXPECT_EQ(size_for(0.77, aim, 1), 1U);
  EXPECT_EQ(size_for(0.78, aim, 1), 2U);
  EXPECT_EQ(size_for(0.1, aim, 5), 5U);  // never fewer: that is the other direction's business
}

TEST(Sizing, ARemovalLeavesLessThanTheSafeShare) {
  const Aim aim{.share = 0.7, .tolerance = 0.1, .safe = 0.6};

  EXPECT_EQ(fewest_for(0, aim), 1U);
  EXPECT_EQ(fewest_for(0.59, aim), 1U);
  EXPECT_EQ(fewest_for(0.6, aim), 2U);
  EXPECT_EQ(fewest_for(1.3, aim), 3U);
}

/// The table of the rule D(n) = U (n - 1) / n - m for U = 70 and m = 5.
TEST(Sizing, TheFlapGuardGoesByTheSize) {
  const struct {
    std::uint32_t n;
    double safe;
  } rows[] = {{2, 30}, {3, 41.67}, {4, 47.5}, {5, 51}, {8, 56.25}, {10, 58}};
  for (const auto& row : rows) {
    EXPECT_LT(fewest_by_guard(row.safe - 0.1, 70, 5, row.n), row.n) << row.n;
    EXPECT_GE(fewest_by_guard(row.safe + 0.1, 70, 5, row.n), row.n) << row.n;
  }
}

TEST(Sizing, TheFlapGuardKnowsHowManyMayGoAtOnce) {
  EXPECT_EQ(fewest_by_guard(10, 70, 5, 10), 3U);  // 10 % of ten are 33.3 % of three
  EXPECT_EQ(fewest_by_guard(0, 70, 5, 10), 1U);
}

TEST(Sizing, AThresholdOfItsOwnIsHeldAsWritten) {
  EXPECT_EQ(fewest_by_threshold(29, 30, 2), 1U);
  EXPECT_EQ(fewest_by_threshold(30, 30, 2), 2U);
  EXPECT_EQ(fewest_by_threshold(29, 30, 5), 4U);
  EXPECT_EQ(fewest_by_threshold(0, 30, 5), 1U);
  EXPECT_EQ(fewest_by_threshold(0, 0, 5), 5U);
}

}  // namespace
}  // namespace gapura::autoscale
