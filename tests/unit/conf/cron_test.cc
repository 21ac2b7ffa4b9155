#include "conf/cron.h"

#include <gtest/gtest.h>

namespace gapura::conf {
namespace {

using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;

Cron cron(std::string_view text) {
  std::string fault;
  const auto out = Cron::parse(text, &fault);
  EXPECT_TRUE(out) << fault;
  return out.value_or(Cron());
}
/// 2026-11-21 is a Saturday.
std::chrono::local_seconds at(unsigned day, int hour, int minute) {
  return std::chrono::local_days(std::chrono::year(2026) / 11 / day) + hours(hour) +
         minutes(minute);
}

TEST(Cron, BeginsAtItsMinuteAndLasts) {
  const Cron daily = cron("30 7 * * *");

  EXPECT_FALSE(daily.covers(at(21, 7, 29), hours(2)));
  EXPECT_TRUE(daily.covers(at(21, 7, 30), hours(2)));
  EXPECT_TRUE(daily.covers(at(21, 9, 29), hours(2)));
  EXPECT_FALSE(daily.covers(at(21, 9, 30), hours(2)));
}

TEST(Cron, ReachesOverMidnight) {
  const Cron night = cron("0 22 * * fri");

  EXPECT_TRUE(night.covers(at(21, 3, 0), hours(8)));
  EXPECT_FALSE(night.covers(at(21, 6, 0), hours(8)));
  EXPECT_FALSE(night.covers(at(22, 3, 0), hours(8)));
}

TEST(Cron, ReadsListsRangesStepsAndNames) {
  const Cron half = cron("*/30 8-10,20 * nov mon-sat");

  EXPECT_TRUE(half.covers(at(21, 8, 30), minutes(1)));
  EXPECT_TRUE(half.covers(at(21, 20, 0), minutes(1)));
  EXPECT_FALSE(half.covers(at(21, 8, 15), minutes(1)));
  EXPECT_FALSE(half.covers(at(21, 11, 0), minutes(1)));
  EXPECT_FALSE(half.covers(at(22, 8, 30), minutes(1)));
  EXPECT_TRUE(cron("0 0 * * 7").covers(at(22, 0, 0), minutes(1)));
}

TEST(Cron, ADayNeedBeOnlyOneOfTheTwoWhenBothAreGiven) {
  const Cron either = cron("0 0 1 * sat");

  EXPECT_TRUE(either.covers(at(1, 0, 0), minutes(1)));
  EXPECT_TRUE(either.covers(at(21, 0, 0), minutes(1)));
  EXPECT_FALSE(either.covers(at(20, 0, 0), minutes(1)));
}

TEST(Cron, SaysWhatIsWrong) {
  const auto fault = [](std::string_view text) {
    std::string out;
    EXPECT_FALSE(Cron::parse(text, &out)) << text;
    return out;
  };
  EXPECT_NE(fault("0 7 * *").find("five fields"), std::string::npos);
  EXPECT_NE(fault("60 7 * * *").find("the minute must be between 0 and 59"), std::string::npos);
  EXPECT_NE(fault("0 7 * * funday").find("the weekday"), std::string::npos);
  EXPECT_NE(fault("0 9-7 * * *").find("no range"), std::string::npos);
  EXPECT_NE(fault("*/0 * * * *").find("the step of the minute"), std::string::npos);
  EXPECT_NE(fault("1/2/3 * * * *").find("two steps"), std::string::npos);
  EXPECT_FALSE(fault("").empty());
  EXPECT_FALSE(fault(", * * * *").empty());
}

}  // namespace
}  // namespace gapura::conf
