#include "balancer/response_time.h"

#include <gtest/gtest.h>

namespace gapura::balancer {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint kStart = TimePoint(hours(1));

double ms(const ResponseTime& time, TimePoint now) {
  return time.estimate(now).count() * 1'000;
}

TEST(ResponseTime, NothingIsKnownAtFirst) {
  const ResponseTime time;

  EXPECT_EQ(ms(time, kStart), 0);
}

TEST(ResponseTime, ASlowerAnswerIsBelievedAtOnce) {
  ResponseTime time;
  time.answered(Milliseconds(10), kStart);
  time.answered(Milliseconds(500), kStart + Milliseconds(5));

  EXPECT_NEAR(ms(time, kStart + Milliseconds(5)), 500, 0.1);
}

TEST(ResponseTime, FasterOnesAreBelievedByAndBy) {
  ResponseTime time;
  time.answered(Milliseconds(1'000), kStart);
  TimePoint now = kStart;
  for (int i = 0; i < 100; ++i) time.answered(Milliseconds(10), now += Milliseconds(50));

  // Five seconds of them: 10 + 990 / e.
  EXPECT_NEAR(ms(time, now), 374, 2);
}

TEST(ResponseTime, AnswersFasterThanTheClocksStepAreCountedToo) {
  ResponseTime time;
  time.answered(seconds(1), kStart);
  TimePoint now = kStart;
  for (int i = 0; i < 50'000; ++i) {
    time.answered(Milliseconds(10), now += std::chrono::microseconds(100));
  }

  EXPECT_NEAR(ms(time, now), 374, 5);
}

TEST(ResponseTime, FadesWithoutAnswers) {
  ResponseTime time;
  time.answered(seconds(2), kStart);

  EXPECT_NEAR(ms(time, kStart + seconds(5)), 2'000 / 2.71828, 1);
  EXPECT_LT(ms(time, kStart + seconds(25)), 20);
  EXPECT_LT(ms(time, kStart + minutes(2)), 0.001);
}

TEST(ResponseTime, IsNotBelowTheWaitOfARequestUnderWay) {
  ResponseTime time;
  time.answered(Milliseconds(1), kStart);
  time.asked(kStart + seconds(1));
  time.asked(kStart + seconds(2));  // the older one counts

  EXPECT_NEAR(ms(time, kStart + seconds(4)), 3'000, 1);
  time.answered(Milliseconds(1), kStart + seconds(4));
  EXPECT_LT(ms(time, kStart + seconds(5)), 1.1);
}

TEST(ResponseTime, AQuickFailureNeverMakesATargetLookBetter) {
  ResponseTime time;
  time.answered(Milliseconds(100), kStart);
  for (int i = 1; i <= 100; ++i) time.failed(Milliseconds(1), kStart + seconds(i));

  EXPECT_NEAR(ms(time, kStart + seconds(100)), 100, 0.1);
  time.failed(seconds(3), kStart + seconds(101));
  EXPECT_NEAR(ms(time, kStart + seconds(101)), 3'000, 0.1);
}

TEST(ResponseTime, AStampOfAnotherWorkerThatIsAheadDoesNoHarm) {
  ResponseTime time;
  time.answered(Milliseconds(100), kStart + Milliseconds(3));

  EXPECT_NEAR(ms(time, kStart), 100, 0.1);
  time.answered(Milliseconds(50), kStart);
  EXPECT_NEAR(ms(time, kStart), 100, 0.1);
}

}  // namespace
}  // namespace gapura::balancer
