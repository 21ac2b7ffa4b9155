#include "balancer/picker.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "base/io_count.h"
#include "tests/unit/balancer/pick_fixture.h"

namespace gapura::balancer {
namespace {

TEST(Picker, WithoutTargetsThereIsNothingToPick) {
  for (const auto strategy : kAllStrategies) {
    const Service service = make_service({}, strategy);
    Picker picker({.offset = 3});
    picker.adopt(service);
    EXPECT_EQ(picker.pick(service, {}), Picker::npos);
  }
}

TEST(Picker, EqualWeightsTakeTurns) {
  const Service service = make_service({1, 1, 1});
  Picker picker({.offset = 0});
  picker.adopt(service);

  EXPECT_EQ(picks(picker, service, 6), (std::vector<std::size_t>{0, 1, 2, 0, 1, 2}));
}

TEST(Picker, TheOffsetRotatesTheStart) {
  for (const auto strategy : {conf::StrategyKind::wrr, conf::StrategyKind::leastconn}) {
    const Service service = make_service({1, 1, 1}, strategy);
    Picker second({.offset = 1}), fifth({.offset = 4});
    second.adopt(service);
    fifth.adopt(service);

    EXPECT_EQ(picks(second, service, 4), (std::vector<std::size_t>{1, 2, 0, 1}));
    EXPECT_EQ(picks(fifth, service, 4), (std::vector<std::size_t>{1, 2, 0, 1}));
  }
}

TEST(Picker, WeightsAreSmoothedOverTheCycle) {
  const Service service = make_service({5, 1, 1});
  Picker picker({.offset = 0});
  picker.adopt(service);

  const std::vector<std::size_t> picked = picks(picker, service, 7);

  EXPECT_EQ(counts(picked, 3), (std::vector<std::uint32_t>{5, 1, 1}));
  EXPECT_EQ(picked, (std::vector<std::size_t>{0, 0, 0, 1, 2, 0, 0}));
}

TEST(Picker, EveryWindowOfACycleHoldsEachWeightExactly) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 60; ++round) {
    std::vector<std::uint32_t> weights(1 + random() % 12);
    std::uniform_int_distribution<std::uint32_t> some(1, round % 2 == 0 ? 9 : 50);
    for (auto& weight : weights) weight = some(random);
    const auto sum = std::accumulate(weights.begin(), weights.end(), std::size_t{0});
    const Service service = make_service(weights);
    Picker picker({.offset = static_cast<std::uint32_t>(random() % 8)});
    picker.adopt(service);

    const std::vector<std::size_t> picked = picks(picker, service, 3 * sum);

    for (std::size_t start = 0; start + sum <= picked.size(); start += 1 + random() % 5) {
      const auto from = picked.begin() + static_cast<std::ptrdiff_t>(start);
      const std::vector<std::size_t> window(from, from + static_cast<std::ptrdiff_t>(sum));
      ASSERT_EQ(counts(window, weights.size()), weights) << "from pick " << start;
    }
  }
}

TEST(Picker, LargeWeightsStayExact) {
  const Service service = make_service({200'000, 99'999, 1});
  Picker picker({.offset = 0});
  picker.adopt(service);

  const auto picked = counts(picks(picker, service, 300'000), 3);

  EXPECT_EQ(picked, (std::vector<std::uint32_t>{200'000, 99'999, 1}));
}

TEST(Picker, PickingAllocatesNothing) {
  const std::uint64_t before_probe = io_count::heap_allocations;
  const auto probe = std::make_unique<std::vector<int>>(100);
  if (io_count::heap_allocations == before_probe) GTEST_SKIP() << "allocations are not counted";
  for (const auto strategy : kAllStrategies) {
    const Service service = make_service({1, 2, 3, 4, 5}, strategy);
    Picker picker({.offset = 0});
    picker.adopt(service);
    const std::array<const TargetState*, 1> tried = {service.targets[4].state.get()};

    const std::uint64_t before = io_count::heap_allocations;
    for (std::size_t i = 0; i < 1'000; ++i) {
      service.targets[i % 3].state->is_suspended = i % 7 < 3;
      picker.pick(service, {.tried = tried});
    }

    EXPECT_EQ(io_count::heap_allocations, before);
  }
}

TEST(Picker, PositionsSurviveAReorderedList) {
  Service service = make_service({1, 1, 1, 1});
  Picker picker({.offset = 0});
  picker.adopt(service);
  ASSERT_EQ(picks(picker, service, 2), (std::vector<std::size_t>{0, 1}));

  std::ranges::reverse(service.targets);  // now t3 t2 t1 t0
  picker.adopt(service);

  EXPECT_EQ(picks(picker, service, 4), (std::vector<std::size_t>{1, 0, 3, 2}));
}

TEST(Picker, ANewcomerGetsItsShareWithoutABurst) {
  Service service = make_service({1, 1});
  Picker picker({.offset = 0});
  picker.adopt(service);
  picks(picker, service, 1'001);
  service.targets.push_back({make_state(2), {}, {}, 1});
  picker.adopt(service);

  const std::vector<std::size_t> picked = picks(picker, service, 30);

  EXPECT_EQ(std::ranges::adjacent_find(picked), picked.end());
  const auto each = counts(picked, 3);
  for (const std::uint32_t count : each) EXPECT_NEAR(count, 10, 1);
}

TEST(Picker, ATargetThatReplacesAnotherInItsSlotIsANewcomer) {
  Service service = make_service({1, 1, 1});
  Picker picker({.offset = 0});
  picker.adopt(service);
  picks(picker, service, 300);
  service.targets[0].state = make_state(0);
  picker.adopt(service);

  const auto each = counts(picks(picker, service, 30), 3);

  for (const std::uint32_t count : each) EXPECT_NEAR(count, 10, 1);
}

TEST(Picker, AChangedWeightCountsFromNowOn) {
  Service service = make_service({1, 1});
  Picker picker({.offset = 0});
  picker.adopt(service);
  picks(picker, service, 501);
  service.targets[1].weight = 3;
  picker.adopt(service);

  const auto each = counts(picks(picker, service, 400), 2);

  EXPECT_NEAR(each[0], 100, 1);
  EXPECT_NEAR(each[1], 300, 1);
}

TEST(Picker, ATriedTargetKeepsItsTurn) {
  const Service service = make_service({1, 1, 1});
  Picker picker({.offset = 0});
  picker.adopt(service);
  const std::vector<const TargetState*> tried = {service.targets[0].state.get()};

  EXPECT_EQ(picker.pick(service, {.tried = tried}), 1U);
  EXPECT_EQ(picker.pick(service, {}), 0U);
  EXPECT_EQ(picker.pick(service, {}), 2U);
}

TEST(Picker, WhenAllAreTriedThereIsNothingLeft) {
  for (const auto strategy : kAllStrategies) {
    const Service service = make_service({1, 2}, strategy);
    Picker picker({.offset = 0});
    picker.adopt(service);
    const std::vector<const TargetState*> tried = {service.targets[0].state.get(),
                                                   service.targets[1].state.get()};
    EXPECT_EQ(picker.pick(service, {.tried = tried}), Picker::npos);
    EXPECT_NE(picker.pick(service, {}), Picker::npos);
  }
}

TEST(Picker, SuspendedTargetsAreLeftOutAndComeBack) {
  for (const auto strategy : {conf::StrategyKind::wrr, conf::StrategyKind::leastconn}) {
    const Service service = make_service({1, 1'000, 1}, strategy);
    Picker picker({.offset = 0});
    picker.adopt(service);
    service.targets[1].state->is_suspended = true;
    EXPECT_EQ(counts(picks(picker, service, 100), 3), (std::vector<std::uint32_t>{50, 0, 50}));

    service.targets[1].state->is_suspended = false;

    EXPECT_GT(counts(picks(picker, service, 10), 3)[1], 2U);
  }
}

TEST(Picker, SuspendedTargetsArePickedWhenNothingElseIsLeft) {
  for (const auto strategy : {conf::StrategyKind::wrr, conf::StrategyKind::leastconn}) {
    const Service service = make_service({1, 1, 1}, strategy);
    Picker picker({.offset = 0});
    picker.adopt(service);
    service.targets[0].state->is_suspended = true;
    service.targets[2].state->is_suspended = true;
    const std::vector<const TargetState*> tried = {service.targets[1].state.get()};

    EXPECT_NE(picker.pick(service, {.tried = tried}), 1U);
    EXPECT_NE(picker.pick(service, {.tried = tried}), Picker::npos);
    service.targets[1].state->is_suspended = true;
    const auto each = counts(picks(picker, service, 30), 3);
    EXPECT_EQ(each, (std::vector<std::uint32_t>{10, 10, 10}));
  }
}

TEST(Picker, OneOfManySuspendedThatRecoversIsPreferredAtOnce) {
  const Service service = make_service(std::vector<std::uint32_t>(100, 1));
  Picker picker({.offset = 0});
  picker.adopt(service);
  for (const Target& target : service.targets) target.state->is_suspended = true;
  picks(picker, service, 10);

  service.targets[77].state->is_suspended = false;

  EXPECT_EQ(picks(picker, service, 3), (std::vector<std::size_t>{77, 77, 77}));
}

TEST(Picker, SuspendedTargetsStayOutOverAnAdoption) {
  Service service = make_service({1, 1, 1});
  Picker picker({.offset = 0});
  picker.adopt(service);
  service.targets[0].state->is_suspended = true;
  picks(picker, service, 5);
  service.targets.push_back({make_state(3), {}, {}, 1});
  picker.adopt(service);

  EXPECT_EQ(counts(picks(picker, service, 30), 4)[0], 0U);
}

TEST(Picker, LeastConnectionsTakesTheLeastLoadedByWeight) {
  const Service service = make_service({1, 4, 2}, conf::StrategyKind::leastconn);
  Picker picker({.offset = 0});
  picker.adopt(service);
  service.targets[0].state->in_flight = 2;  // 2
  service.targets[1].state->in_flight = 6;  // 1.5
  service.targets[2].state->in_flight = 4;  // 2

  EXPECT_EQ(picker.pick(service, {}), 1U);
  service.targets[1].state->in_flight = 9;  // 2.25
  EXPECT_EQ(picker.pick(service, {}), 2U);  // ties go on behind the last pick
  EXPECT_EQ(picker.pick(service, {}), 0U);
  EXPECT_EQ(picker.pick(service, {}), 2U);
}

TEST(Picker, LeastConnectionsIsExactWhileLeasesAreHeld) {
  const Service service = make_service({1, 2, 3}, conf::StrategyKind::leastconn);
  Picker first({.offset = 0}), second({.offset = 1});
  first.adopt(service);
  second.adopt(service);
  for (int i = 0; i < 60; ++i) {
    Picker& picker = i % 2 == 0 ? first : second;
    service.targets[picker.pick(service, {})].state->in_flight += 1;
  }

  EXPECT_EQ(service.targets[0].state->in_flight, 10U);
  EXPECT_EQ(service.targets[1].state->in_flight, 20U);
  EXPECT_EQ(service.targets[2].state->in_flight, 30U);
}

TEST(Picker, LeastConnectionsGoesOnBehindTheLastPickAfterAChange) {
  Service service = make_service({1, 1, 1, 1}, conf::StrategyKind::leastconn);
  Picker picker({.offset = 0});
  picker.adopt(service);
  picks(picker, service, 2);
  service.targets.erase(service.targets.begin());  // t1 t2 t3, and t2 is next
  picker.adopt(service);

  EXPECT_EQ(picker.pick(service, {}), 1U);
  service.targets.erase(service.targets.begin() + 2);  // t3 was next: on with t1
  picker.adopt(service);
  EXPECT_EQ(picker.pick(service, {}), 0U);
}

}  // namespace
}  // namespace gapura::balancer
