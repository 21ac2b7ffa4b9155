/// maxInFlight as choosing sees it, and what workers share about waiting requests.
#include <gtest/gtest.h>

#include "balancer/queue_state.h"
#include "tests/unit/balancer/pick_fixture.h"

namespace gapura::balancer {
namespace {

using std::chrono::seconds;

TEST(InFlightLimit, FullTargetsAreLeftOutByEveryStrategy) {
  for (const StrategyKind strategy : kAllStrategies) {
    for (const std::size_t size : {4U, 400U}) {
      SCOPED_TRACE(std::string(to_string(strategy)) + " of " + std::to_string(size));
      const Service service = make_service(std::vector<std::uint32_t>(size, 1), strategy);
      Picker picker({});
      picker.adopt(service);
      const PickRequest request{.in_flight_max = 2};

      for (std::size_t i = 0; i < 2 * size; ++i) {
        const std::size_t place = picker.pick(service, request);
        ASSERT_NE(place, Picker::npos) << i;
        ASSERT_LT(service.targets[place].state->in_flight.fetch_add(1), 2U) << i;
      }

      EXPECT_EQ(picker.pick(service, request), Picker::npos);
      service.targets[size / 2].state->in_flight -= 1;
      EXPECT_EQ(picker.pick(service, request), size / 2);
    }
  }
}

TEST(InFlightLimit, WaitingIsForTargetsThatAreOnlyFull) {
  const Service service = make_service({1, 1, 1});
  const auto state = [&](std::size_t i) -> TargetState& { return *service.targets[i].state; };
  PickRequest request{.in_flight_max = 1};
  EXPECT_TRUE(must_wait(service, request, kNoPlace)) << "they were full a moment ago";
  EXPECT_FALSE(must_wait(service, request, 0));

  state(0).in_flight = 1;
  EXPECT_TRUE(must_wait(service, request, kNoPlace));
  EXPECT_FALSE(must_wait(service, request, 1)) << "one has room";

  state(1).is_suspended = true;
  EXPECT_TRUE(must_wait(service, request, 1)) << "better wait than go to a doubtful one";
  state(0).is_suspended = true;
  EXPECT_FALSE(must_wait(service, request, 1)) << "the full one is doubtful too";
  EXPECT_TRUE(must_wait(service, request, kNoPlace));

  const std::vector<const TargetState*> tried{&state(0), &state(1), &state(2)};
  request.tried = tried;
  EXPECT_FALSE(must_wait(service, request, kNoPlace)) << "all were tried: no use to wait for them";
  EXPECT_FALSE(must_wait(service, {}, kNoPlace)) << "there is no limit";
  EXPECT_FALSE(must_wait(make_service({}), request, kNoPlace));
}

TEST(QueueState, LetsInAsManyAsMayWait) {
  QueueState queue(1);
  EXPECT_FALSE(queue.enter(0));
  EXPECT_TRUE(queue.enter(2));
  EXPECT_TRUE(queue.enter(2));
  EXPECT_FALSE(queue.enter(2));
  EXPECT_EQ(queue.length(), 2U);

  queue.leave(seconds(3));

  EXPECT_EQ(queue.length(), 1U);
  EXPECT_EQ(queue.ended(), 1U);
  EXPECT_EQ(queue.waited_us(), 3'000'000U);
  EXPECT_TRUE(queue.enter(2));
}

TEST(QueueState, KnowsTheWorkerThatHasWaitedLongest) {
  QueueState queue(3);
  const TimePoint start(seconds(100));
  EXPECT_EQ(queue.longest_waiting(), std::nullopt);

  queue.set_oldest(2, start + seconds(1));
  EXPECT_EQ(queue.longest_waiting(), 2U);
  queue.set_oldest(0, start + seconds(2));
  queue.set_oldest(1, start);
  EXPECT_EQ(queue.longest_waiting(), 1U);
  queue.set_none(1);
  EXPECT_EQ(queue.longest_waiting(), 2U);
}

}  // namespace
}  // namespace gapura::balancer
