/// Ten thousand targets: how many of them a pick looks at, and how good it still is.
#include <algorithm>
#include <deque>
#include <gtest/gtest.h>
#include <random>

#include "tests/unit/balancer/pick_fixture.h"

namespace gapura::balancer {
namespace {

constexpr std::size_t kMany = 10'000;

/// The most that any single pick may look at; hrw has to look at all.
std::uint64_t looks_max(StrategyKind strategy) {
  switch (strategy) {
    case StrategyKind::wrr: return 1;
    case StrategyKind::leastconn: return LoadOrder::kLooks + LoadOrder::kVerifiedMax;
    case StrategyKind::p2c:
    case StrategyKind::leasttime: return 2;
    case StrategyKind::random: return 1;
    case StrategyKind::hrw: return kMany;
  }
  return 0;
}

TEST(ManyTargets, EachPickLooksAtABoundedNumber) {
  const unsigned seed = seed_or(std::random_device{}() % 1'000'000);
  for (const StrategyKind strategy : kAllStrategies) {
    if (strategy == StrategyKind::hrw) continue;
    SCOPED_TRACE("GAPURA_SEED=" + std::to_string(seed) + " " + std::string(to_string(strategy)));
    std::mt19937 random(seed);
    std::vector<std::uint32_t> weights(kMany);
    for (auto& weight : weights) weight = static_cast<std::uint32_t>(1 + random() % 5);
    const Service service = make_service(weights, strategy);
    Picker picker({.seed = seed});
    picker.adopt(service);
    TimePoint now(std::chrono::hours(1));
    std::deque<std::size_t> leases;
    std::uint64_t most = 0;

    for (int i = 0; i < 50'000; ++i) {
      now += std::chrono::microseconds(100);
      const std::uint64_t before = picker.examined();
      const std::size_t place = picker.pick(service, {.now = now});
      most = std::max(most, picker.examined() - before);
      ASSERT_NE(place, Picker::npos);
      service.targets[place].state->in_flight += 1;
      leases.push_back(place);
      // Another worker's, which this one hears nothing of.
      const std::size_t others = random() % kMany;
      service.targets[others].state->in_flight += 1;
      leases.push_back(others);
      while (leases.size() > 20'000) {
        std::swap(leases.front(), leases[random() % leases.size()]);
        TargetState& state = *service.targets[leases.front()].state;
        state.in_flight -= 1;
        state.response_time.answered(Milliseconds(1 + random() % 20), now);
        leases.pop_front();
      }
    }

    EXPECT_LE(most, looks_max(strategy));
    RecordProperty(std::string(to_string(strategy)) + "_examined_most", std::to_string(most));
  }
}

TEST(ManyTargets, LeastConnectionsStaysEvenAcrossTwoWorkers) {
  const unsigned seed = seed_or(std::random_device{}() % 1'000'000);
  SCOPED_TRACE("GAPURA_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  const Service service =
      make_service(std::vector<std::uint32_t>(kMany, 1), StrategyKind::leastconn);
  Picker first({.offset = 0}), second({.offset = 1});
  first.adopt(service);
  second.adopt(service);

  // 40,000 leases held, then as many picked as end, ten times over.
  std::vector<std::size_t> leases;
  for (int i = 0; i < 400'000; ++i) {
    Picker& picker = random() % 2 == 0 ? first : second;
    const std::size_t place = picker.pick(service, {});
    service.targets[place].state->in_flight += 1;
    leases.push_back(place);
    if (leases.size() <= 40'000) continue;
    std::swap(leases[random() % leases.size()], leases.back());
    service.targets[leases.back()].state->in_flight -= 1;
    leases.pop_back();
  }

  // An exact one would have 4 everywhere. By chance alone some would have more than 12.
  std::uint32_t most = 0;
  for (const Target& target : service.targets) {
    most = std::max(most, target.state->in_flight.load());
  }
  EXPECT_LE(most, 5U);
}

TEST(ManyTargets, LeastConnectionsFillsIdleTargetsInTurn) {
  const Service service = make_service(std::vector<std::uint32_t>(300, 1), StrategyKind::leastconn);
  Picker picker({});
  picker.adopt(service);

  EXPECT_EQ(counts(picks(picker, service, 900), 300), std::vector<std::uint32_t>(300, 3));
}

TEST(ManyTargets, LeastConnectionsHeedsWeights) {
  std::vector<std::uint32_t> weights(400, 1);
  for (std::size_t i = 0; i < 200; ++i) weights[i] = 3;
  const Service service = make_service(weights, StrategyKind::leastconn);
  Picker picker({});
  picker.adopt(service);

  for (int i = 0; i < 8'000; ++i) service.targets[picker.pick(service, {})].state->in_flight += 1;

  for (std::size_t i = 0; i < 400; ++i) {
    EXPECT_NEAR(service.targets[i].state->in_flight, 10 * weights[i], 1) << i;
  }
}

TEST(ManyTargets, LeastConnectionsKeepsTurnsOverAReload) {
  Service service = make_service(std::vector<std::uint32_t>(300, 1), StrategyKind::leastconn);
  Picker picker({});
  picker.adopt(service);
  const auto before = counts(picks(picker, service, 150), 300);
  std::ranges::reverse(service.targets);
  service.targets.push_back({make_state(300), {}, {}, 1});
  picker.adopt(service);

  const auto after = counts(picks(picker, service, 150), 301);

  for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(before[i] + after[299 - i], 1U) << i;
  const auto round = counts(picks(picker, service, 301), 301);
  EXPECT_EQ(round, std::vector<std::uint32_t>(301, 1)) << "a newcomer takes turns like others";
}

}  // namespace
}  // namespace gapura::balancer
