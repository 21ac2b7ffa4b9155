#include "base/async/deadline_wheel.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "base/async/loop.h"

namespace gapura {
namespace {

using namespace std::chrono_literals;

/// Counts its expiries. Never touches the timer: the test ticks the wheel.
struct Guarded {
  explicit Guarded(DeadlineWheel& wheel)
      : deadline(
            wheel, [](void* owner) noexcept { ++static_cast<Guarded*>(owner)->expiries; }, this) {}
  Deadline deadline;
  int expiries = 0;
};

class DeadlineWheelTest : public testing::Test {
 protected:
  /// Ticks until `guarded` has expired; how many it took.
  int ticks_until_expiry(const Guarded& guarded, int at_most) {
    for (int ticks = 1; ticks <= at_most; ++ticks) {
      wheel_.tick();
      if (guarded.expiries != 0) return ticks;
    }
    return -1;
  }
  /// Ticks that a limit must outlast: the one that has begun, and the jitter that a tick may have.
  static int ticks_of(Milliseconds limit) {
    const auto padded = limit + DeadlineWheel::kJitter;
    return static_cast<int>((padded + DeadlineWheel::kTick - 1ms) / DeadlineWheel::kTick) + 1;
  }

  Loop loop_;
  DeadlineWheel& wheel_ = loop_.wheel();
};

TEST_F(DeadlineWheelTest, ExpiresOnceAndNeverBeforeItsLimit) {
  for (const Milliseconds limit : {0ms, 1ms, 39ms, 40ms, 41ms, 50ms, 90ms, 91ms, 2'000ms}) {
    Guarded guarded(wheel_);
    guarded.deadline.arm(limit);

    const int ticks = ticks_until_expiry(guarded, 1'000);

    EXPECT_EQ(ticks, ticks_of(limit)) << limit.count();
    EXPECT_GE((ticks - 1) * DeadlineWheel::kTick, limit) << limit.count();
    EXPECT_FALSE(guarded.deadline.is_armed());
    for (int more = 0; more < 600; ++more) wheel_.tick();
    EXPECT_EQ(guarded.expiries, 1);
  }
}

TEST_F(DeadlineWheelTest, NegativeLimitIsDueAtOnce) {
  Guarded guarded(wheel_);

  guarded.deadline.arm(-5s);

  EXPECT_EQ(ticks_until_expiry(guarded, 10), ticks_of(0ms));
}

TEST_F(DeadlineWheelTest, WaitsForLimitsBeyondOneTurn) {
  const Milliseconds turn = DeadlineWheel::kTick * static_cast<int>(DeadlineWheel::kSlots);
  for (const Milliseconds limit :
       {turn - 100ms, turn - 50ms, turn, turn + 50ms, 2 * turn, 7 * turn + 123ms}) {
    Guarded guarded(wheel_);
    guarded.deadline.arm(limit);

    EXPECT_EQ(ticks_until_expiry(guarded, 5'000), ticks_of(limit)) << limit.count();
  }
}

TEST_F(DeadlineWheelTest, ArmingLaterKeepsTheNodeWhereItIs) {
  Guarded guarded(wheel_);
  guarded.deadline.arm(200ms);
  ASSERT_EQ(wheel_.filed(), 1u);

  for (int i = 0; i < 50; ++i) {
    wheel_.tick();
    guarded.deadline.arm(200ms);
    EXPECT_EQ(wheel_.filed(), 1u);
  }

  EXPECT_EQ(guarded.expiries, 0);
  EXPECT_EQ(ticks_until_expiry(guarded, 100), ticks_of(200ms));
}

TEST_F(DeadlineWheelTest, ArmingEarlierIsHeeded) {
  Guarded guarded(wheel_);
  guarded.deadline.arm(10s);

  guarded.deadline.arm(100ms);

  EXPECT_EQ(ticks_until_expiry(guarded, 1'000), ticks_of(100ms));
  EXPECT_EQ(wheel_.filed(), 0u);
}

TEST_F(DeadlineWheelTest, DisarmedDeadlineIsForgottenWhenItsSlotComes) {
  Guarded guarded(wheel_);
  guarded.deadline.arm(100ms);

  guarded.deadline.disarm();

  EXPECT_FALSE(guarded.deadline.is_armed());
  EXPECT_EQ(wheel_.filed(), 1u);
  EXPECT_EQ(ticks_until_expiry(guarded, 100), -1);
  EXPECT_EQ(wheel_.filed(), 0u);
}

TEST_F(DeadlineWheelTest, DisarmedDeadlineCanBeArmedAgain) {
  Guarded guarded(wheel_);
  guarded.deadline.arm(100ms);
  guarded.deadline.disarm();

  guarded.deadline.arm(300ms);

  EXPECT_EQ(ticks_until_expiry(guarded, 100), ticks_of(300ms));
}

TEST_F(DeadlineWheelTest, DestructionTakesItOutOfTheWheel) {
  auto first = std::make_unique<Guarded>(wheel_);
  auto second = std::make_unique<Guarded>(wheel_);
  auto third = std::make_unique<Guarded>(wheel_);
  for (Guarded* one : {first.get(), second.get(), third.get()}) one->deadline.arm(100ms);

  second.reset();
  first.reset();

  EXPECT_EQ(wheel_.filed(), 1u);
  EXPECT_EQ(ticks_until_expiry(*third, 100), ticks_of(100ms));
}

TEST_F(DeadlineWheelTest, ExpiryMayDestroyEveryOtherDeadlineOfItsSlot) {
  struct Family {
    explicit Family(DeadlineWheel& wheel) {
      for (int i = 0; i < 5; ++i) {
        members.push_back(std::make_unique<Deadline>(
            wheel, [](void* owner) noexcept { static_cast<Family*>(owner)->end(); }, this));
        members.back()->arm(100ms);
      }
    }
    void end() {
      ++expiries;
      members.clear();  // the one that is expiring among them
    }
    std::vector<std::unique_ptr<Deadline>> members;
    int expiries = 0;
  };
  Family family(wheel_);

  for (int i = 0; i < 20; ++i) wheel_.tick();

  EXPECT_EQ(family.expiries, 1);
  EXPECT_EQ(wheel_.filed(), 0u);
}

TEST_F(DeadlineWheelTest, ExpiryMayArmItselfAgain) {
  struct Repeating {
    explicit Repeating(DeadlineWheel& wheel)
        : deadline(wheel, [](void* owner) noexcept { static_cast<Repeating*>(owner)->again(); },
                   this) {}
    void again() {
      ++expiries;
      deadline.arm(0ms);
    }
    Deadline deadline;
    int expiries = 0;
  };
  Repeating repeating(wheel_);
  repeating.deadline.arm(0ms);

  for (int i = 0; i < 200; ++i) wheel_.tick();

  EXPECT_EQ(repeating.expiries, 200 / ticks_of(0ms));
}

TEST_F(DeadlineWheelTest, RunsByItsOwnTimerAndIsNeverEarly) {
  Guarded guarded(wheel_);
  const TimePoint start = Clock::now();

  guarded.deadline.arm(120ms);
  while (guarded.expiries == 0) loop_.context().run_one();

  EXPECT_GE(Clock::now() - start, 120ms);
}

TEST_F(DeadlineWheelTest, IsNotEarlyWhenTheLoopWasHeldUp) {
  Guarded first(wheel_);
  Guarded second(wheel_);
  first.deadline.arm(1ms);
  // The loop is busy for several ticks, and only then arms: the time that it lost is no part of the
  // limit.
  std::this_thread::sleep_for(5 * DeadlineWheel::kTick);
  const TimePoint armed = Clock::now();
  second.deadline.arm(150ms);

  while (second.expiries == 0) loop_.context().run_one();

  EXPECT_GE(Clock::now() - armed, 150ms);
}

TEST_F(DeadlineWheelTest, ArmingOnEveryTurnOfTheLoopDoesNotHoldTimeUp) {
  // An expiry that arms used to start the timer anew, and every arm() after it again, so that
  // under load no tick ever came.
  Guarded probe(wheel_);
  Guarded busy(wheel_);
  struct Arms {
    explicit Arms(DeadlineWheel& wheel)
        : deadline(wheel, [](void* owner) noexcept { static_cast<Arms*>(owner)->again(); }, this) {
    }
    void again() {
      has_expired = true;
      deadline.arm(10s);
    }
    Deadline deadline;
    bool has_expired = false;
  };
  Arms arms(wheel_);
  arms.deadline.arm(0ms);
  while (!arms.has_expired) loop_.context().run_one();
  probe.deadline.arm(100ms);
  const TimePoint give_up = Clock::now() + 20s;

  while (probe.expiries == 0 && Clock::now() < give_up) {
    busy.deadline.arm(5s);
    loop_.context().poll();
  }

  EXPECT_EQ(probe.expiries, 1);
}

TEST_F(DeadlineWheelTest, LoopRunsOutAfterStop) {
  Guarded guarded(wheel_);
  guarded.deadline.arm(1h);
  boost::asio::post(loop_.context(), [this] { wheel_.stop(); });

  loop_.context().run();

  EXPECT_EQ(guarded.expiries, 0);
  guarded.deadline.arm(1ms);
  loop_.context().restart();
  EXPECT_EQ(loop_.context().run(), 0u);
}

TEST_F(DeadlineWheelTest, LoopRunsOutWhenNothingIsFiled) {
  Guarded guarded(wheel_);
  guarded.deadline.arm(1ms);

  loop_.context().run();

  EXPECT_EQ(guarded.expiries, 1);
  EXPECT_EQ(wheel_.filed(), 0u);
}

}  // namespace
}  // namespace gapura
