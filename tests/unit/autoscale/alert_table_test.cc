#include "autoscale/alerts/alert_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapura::autoscale {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct AlertTableTest : testing::Test {
  AlertTable table;
  TimePoint now{Clock::now()};

  static Alert alert(const std::string& key, Direction direction, std::uint32_t step = 1) {
    Alert made;
    made.key = key;
    made.name = "name of " + key;
    made.service = "calculate";
    made.direction = direction;
    made.step = step;
    return made;
  }
  static Alert resolved(const std::string& key) {
    Alert made;
    made.key = key;
    made.is_firing = false;
    return made;
  }
  bool changes(const Alert& one) { return table.take(one, now) == AlertTable::Taken::changed; }
  std::uint32_t up() const { return table.votes("calculate", now).up; }
  std::uint32_t down() const { return table.votes("calculate", now).down; }
};

TEST_F(AlertTableTest, VotesAsLongAsAnAlertFires) {
  EXPECT_TRUE(changes(alert("a", Direction::up)));

  EXPECT_EQ(up(), 1u);
  EXPECT_EQ(down(), 0u);
  EXPECT_THAT(table.votes("calculate", now).names, UnorderedElementsAre("name of a"));
  EXPECT_EQ(table.votes("shop", now).up, 0u) << "it speaks of calculate";
  now += std::chrono::hours(4);
  EXPECT_EQ(up(), 1u) << "a level, not an edge";
}

TEST_F(AlertTableTest, TakesTheLargestStepNotTheSum) {
  table.take(alert("a", Direction::up, 2), now);
  table.take(alert("b", Direction::up, 3), now);
  table.take(alert("c", Direction::down), now);

  EXPECT_EQ(up(), 3u);
  EXPECT_EQ(down(), 1u);
}

TEST_F(AlertTableTest, HasRoomForSoManyAndNoMore) {
  for (std::size_t i = 0; i < AlertTable::kMost; ++i) {
    ASSERT_TRUE(changes(alert(std::to_string(i), Direction::up)));
  }

  EXPECT_EQ(table.take(alert("one more", Direction::up, 7), now), AlertTable::Taken::no_room);
  EXPECT_EQ(up(), 1u);
  EXPECT_TRUE(changes(alert("0", Direction::up, 2))) << "a known one is heard";
  EXPECT_TRUE(changes(resolved("1")));
  EXPECT_TRUE(changes(alert("one more", Direction::up, 7)));
}

TEST_F(AlertTableTest, WithdrawsWhatIsResolved) {
  table.take(alert("a", Direction::up), now);

  EXPECT_TRUE(changes(resolved("a")));

  EXPECT_EQ(up(), 0u);
  EXPECT_THAT(table.votes("calculate", now).names, IsEmpty());
  EXPECT_FALSE(changes(resolved("a"))) << "it is gone already";
}

TEST_F(AlertTableTest, EndsAnAlertForMoreThatIsNotRepeated) {
  table.take(alert("a", Direction::up), now);

  now += AlertTable::kUpLasts - Milliseconds(1);
  EXPECT_EQ(up(), 1u);
  now += Milliseconds(1);
  EXPECT_EQ(up(), 0u);
}

TEST_F(AlertTableTest, EndsAnAlertForFewerSoon) {
  table.take(alert("a", Direction::down), now);

  now += AlertTable::kDownLasts - Milliseconds(1);
  EXPECT_EQ(down(), 1u);
  now += Milliseconds(1);
  EXPECT_EQ(down(), 0u);
}

TEST_F(AlertTableTest, ProlongsWhatIsRepeated) {
  table.take(alert("a", Direction::down), now);
  now += AlertTable::kDownLasts - Milliseconds(1);

  EXPECT_FALSE(changes(alert("a", Direction::down))) << "nothing that was not so already";

  now += AlertTable::kDownLasts - Milliseconds(1);
  EXPECT_EQ(down(), 1u);
}

TEST_F(AlertTableTest, TellsAChangeOfAKnownAlert) {
  table.take(alert("a", Direction::up, 1), now);

  EXPECT_TRUE(changes(alert("a", Direction::up, 2)));
  EXPECT_TRUE(changes(alert("a", Direction::down, 2)));

  EXPECT_EQ(up(), 0u);
  EXPECT_EQ(down(), 2u);
}

TEST_F(AlertTableTest, TellsThatAnAlertIsBackAfterItsTimeWasUp) {
  table.take(alert("a", Direction::up), now);
  now += AlertTable::kUpLasts;

  EXPECT_TRUE(changes(alert("a", Direction::up)));
}

TEST_F(AlertTableTest, ForgetsWhatIsOutOfDate) {
  table.take(alert("a", Direction::down), now);
  table.take(alert("b", Direction::up), now);
  now += AlertTable::kDownLasts;

  table.tick(now);

  EXPECT_FALSE(changes(resolved("a"))) << "nothing left to withdraw";
  EXPECT_TRUE(changes(resolved("b")));
}

}  // namespace
}  // namespace gapura::autoscale
