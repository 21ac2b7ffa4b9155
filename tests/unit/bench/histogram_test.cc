#include "bench/load/histogram.h"

#include <cstdint>
#include <gtest/gtest.h>

namespace gapura::bench {
namespace {

TEST(Histogram, IsExactForSmallValues) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 100; ++value) histogram.add(value);

  EXPECT_EQ(histogram.count(), 100u);
  EXPECT_EQ(histogram.at(0.5), 50u);
  EXPECT_EQ(histogram.at(0.99), 99u);
  EXPECT_EQ(histogram.at(0), 1u);
  EXPECT_EQ(histogram.at(1), 100u);
}

TEST(Histogram, IsNeverBelowAValueNorAPercentAbove) {
  for (std::uint64_t value = 1; value < (std::uint64_t{1} << 62); value = value * 5 / 3 + 1) {
    Histogram histogram;
    histogram.add(value);
    histogram.add(~std::uint64_t{0});  // or the maximum would hide the bucket's end

    const std::uint64_t found = histogram.at(0.5);

    EXPECT_GE(found, value);
    EXPECT_LE(static_cast<double>(found), 1.01 * static_cast<double>(value));
  }
}

TEST(Histogram, SaysNothingAboveTheMaximum) {
  Histogram histogram;
  histogram.add(1'000'001);

  EXPECT_EQ(histogram.at(0.999), 1'000'001u);
  EXPECT_EQ(histogram.max(), 1'000'001u);
}

TEST(Histogram, IsNothingWhenEmpty) {
  const Histogram histogram;

  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.at(0.99), 0u);
}

}  // namespace
}  // namespace gapura::bench
