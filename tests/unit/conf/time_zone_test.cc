#include "conf/time_zone.h"

#include <gtest/gtest.h>

namespace gapura::conf {
namespace {

using std::chrono::hours;

TimeZone zone(std::string_view name) {
  std::string fault;
  const auto out = TimeZone::load(name, &fault);
  EXPECT_TRUE(out) << fault;
  return out.value_or(TimeZone());
}
/// Hours that the zone is ahead of UTC at noon of a day.
double ahead(const TimeZone& zone, int year, unsigned month, unsigned day) {
  const std::chrono::sys_seconds noon =
      std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                            std::chrono::day(day)) +
      hours(12);
  const auto local = zone.to_local(noon);
  return std::chrono::duration<double, std::ratio<3'600>>(local.time_since_epoch() -
                                                          noon.time_since_epoch())
      .count();
}

TEST(TimeZone, KnowsItsOffset) {
  EXPECT_EQ(ahead(zone("Asia/Jakarta"), 2026, 11, 21), 7);
  EXPECT_EQ(ahead(zone("Asia/Kathmandu"), 2026, 11, 21), 5.75);
  EXPECT_EQ(ahead(zone("UTC"), 2026, 11, 21), 0);
  EXPECT_EQ(ahead(TimeZone(), 2026, 11, 21), 0);
}

TEST(TimeZone, FollowsSummerTimeOnBothSidesOfTheEquatorAndBeyondItsTable) {
  for (const int year : {2026, 2080}) {
    EXPECT_EQ(ahead(zone("Europe/Berlin"), year, 7, 1), 2) << year;
    EXPECT_EQ(ahead(zone("Europe/Berlin"), year, 12, 1), 1) << year;
    EXPECT_EQ(ahead(zone("America/New_York"), year, 7, 1), -4) << year;
    EXPECT_EQ(ahead(zone("Australia/Sydney"), year, 1, 1), 11) << year;
    EXPECT_EQ(ahead(zone("Australia/Sydney"), year, 7, 1), 10) << year;
  }
  EXPECT_EQ(ahead(zone("Europe/Berlin"), 2080, 3, 30), 1);  // the turn is on the 31st
  EXPECT_EQ(ahead(zone("Europe/Berlin"), 2080, 3, 31), 2);
}

TEST(TimeZone, SaysWhatIsWrong) {
  for (const std::string_view name : {"Asia/Jakarda", "../../etc/passwd", "/etc/passwd"}) {
    std::string fault;
    EXPECT_FALSE(TimeZone::load(name, &fault)) << name;
    EXPECT_NE(fault.find("must be the name of a time zone such as Asia/Jakarta"), std::string::npos)
        << fault;
  }
  for (const std::string_view bytes : {"", "TZif", "TZif2", "no such file"}) {
    std::string fault;
    EXPECT_FALSE(TimeZone::parse(bytes, &fault));
    EXPECT_FALSE(fault.empty());
  }
  std::string cut("TZif2", 5);
  cut.resize(44, '\xff');  // counts of four billion
  std::string fault;
  EXPECT_FALSE(TimeZone::parse(cut, &fault));
}

}  // namespace
}  // namespace gapura::conf
