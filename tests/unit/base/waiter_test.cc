#include "base/async/waiter.h"

#include <gtest/gtest.h>

#include <string>

#include "base/async/task.h"

namespace gapura {
namespace {

Detached count_wakes(Waiter& waiter, int times, int& seen) {
  for (int i = 0; i < times; ++i) {
    co_await waiter.wait();
    ++seen;
  }
}

TEST(Waiter, ResumesTheCoroutineThatWaits) {
  Waiter waiter;
  int seen = 0;
  count_wakes(waiter, 2, seen);
  ASSERT_EQ(seen, 0);

  waiter.wake();
  EXPECT_EQ(seen, 1);
  waiter.wake();
  EXPECT_EQ(seen, 2);
}

TEST(Waiter, RemembersOneWakeThatCameTooEarly) {
  Waiter waiter;
  int seen = 0;
  waiter.wake();
  waiter.wake();  // the waiter looks at everything anyway: two are one

  count_wakes(waiter, 3, seen);

  EXPECT_EQ(seen, 1);
  waiter.wake();
  waiter.wake();
  EXPECT_EQ(seen, 3);
}

Detached ping_pong(Waiter& mine, Waiter& other, int times, int& turns) {
  for (int i = 0; i < times; ++i) {
    co_await mine.wait();
    ++turns;
    other.wake();
  }
}

TEST(Waiter, TwoThatWakeEachOtherTakeTurnsWithoutLosingOne) {
  Waiter left;
  Waiter right;
  int left_turns = 0;
  int right_turns = 0;
  ping_pong(left, right, 100'000, left_turns);
  ping_pong(right, left, 100'000, right_turns);

  left.wake();

  EXPECT_EQ(left_turns, 100'000);
  EXPECT_EQ(right_turns, 100'000);
}

TEST(Waiter, WakeAfterTheLastWaitIsHarmless) {
  Waiter waiter;
  int seen = 0;
  count_wakes(waiter, 1, seen);
  waiter.wake();
  waiter.wake();

  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace gapura
