#include "app/cli/text.h"

#include <gtest/gtest.h>

namespace gapura::app::cli {
namespace {

TEST(Text, ShowsDurationsInTheirTwoLargestUnits) {
  EXPECT_EQ(lasting(0), "0 s");
  EXPECT_EQ(lasting(59.9), "59 s");
  EXPECT_EQ(lasting(60), "1 min");
  EXPECT_EQ(lasting(185), "3 min 5 s");
  EXPECT_EQ(lasting(3'600), "1 h");
  EXPECT_EQ(lasting(7'859), "2 h 10 min");
  EXPECT_EQ(lasting(86'400 * 4 + 3 * 3'600), "4 d 3 h");
}

TEST(Text, TakesClocksThatDifferForNoTimeAtAll) {
  EXPECT_EQ(lasting(-3), "0 s");
}

TEST(Text, ShowsTimesOfRequestsWithTheDigitsThatCount) {
  EXPECT_EQ(milliseconds(2.53), "2.5 ms");
  EXPECT_EQ(milliseconds(31.4), "31 ms");
  EXPECT_EQ(milliseconds(1'200), "1.20 s");
}

TEST(Text, WritesNumbersWithoutZerosAtTheEnd) {
  EXPECT_EQ(number(12), "12");
  EXPECT_EQ(number(0.5), "0.5");
  EXPECT_EQ(number(100, 0), "100");
  EXPECT_EQ(number(-0.01), "0");
  EXPECT_EQ(number(1e300, 0).size(), 301u);  // whatever a server says
}

TEST(Text, CountsCodePointsAndCutsBetweenThem) {
  EXPECT_EQ(columns_of("…ä"), 2u);
  EXPECT_EQ(cut("äöü", 3), "äöü");
  EXPECT_EQ(cut("äöüß", 3), "äö…");
  EXPECT_EQ(cut("abc", 1), "…");
  EXPECT_EQ(cut("abc", 0), "");
}

TEST(Text, LetsNothingMoveTheCursor) {
  EXPECT_EQ(visible("a\x1b[2Jb\n\x7f"), "a?[2Jb??");
}

TEST(Text, ReadsTimesWithAndWithoutAFraction) {
  EXPECT_EQ(unix_seconds("1970-01-01T00:01:00Z"), 60.0);
  EXPECT_DOUBLE_EQ(unix_seconds("1970-01-01T00:00:01.25Z").value_or(0), 1.25);
  EXPECT_EQ(unix_seconds("1970-01-01T00:01:00"), std::nullopt);
  EXPECT_EQ(unix_seconds("yesterday"), std::nullopt);
  EXPECT_EQ(time_of_day(""), "-");
}

}  // namespace
}  // namespace gapura::app::cli
