/// How evenly each strategy shares out, as a statement with its sample size. The chance in them is
/// seeded, so that a run can be repeated: GAPURA_SEED.
#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <numeric>

#include "tests/unit/balancer/pick_fixture.h"

namespace gapura::balancer {
namespace {

/// `picked` of `size` picks: within four standard errors of what the weights promise. Right in all
/// but 1 of 16,000 comparisons.
void expect_shares(const std::vector<std::uint32_t>& picked,
                   const std::vector<std::uint32_t>& weights, std::size_t size) {
  const auto total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double share = weights[i] / total;
    const double expected = share * static_cast<double>(size);
    const double error = std::sqrt(expected * (1 - share));
    EXPECT_NEAR(picked[i], expected, 4 * error) << "target " << i << " of weight " << weights[i];
  }
}

const std::vector<std::vector<std::uint32_t>> kWeights = {
    {1, 1, 1, 1}, {5, 1, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {300, 100}, {1'000'000, 1, 999'999}};

TEST(Fairness, IdleTargetsGetTheirShareByChance) {
  constexpr std::size_t kSize = 200'000;
  const unsigned seed = seed_or(20'261);
  for (const StrategyKind strategy :
       {StrategyKind::random, StrategyKind::p2c, StrategyKind::leasttime, StrategyKind::hrw}) {
    for (const auto& weights : kWeights) {
      SCOPED_TRACE("GAPURA_SEED=" + std::to_string(seed) + " " + std::string(to_string(strategy)));
      Service service = make_service(weights, strategy);
      service.hash_key.source = conf::HashKey::Source::path;  // and none is given: anywhere
      Picker picker({.seed = seed});
      picker.adopt(service);

      expect_shares(counts(picks(picker, service, kSize), weights.size()), weights, kSize);
    }
  }
}

TEST(Fairness, OfRandomPicksIsKeptAmongThoseThatAreNotSuspendedOrTried) {
  constexpr std::size_t kSize = 100'000;
  const unsigned seed = seed_or(20'262);
  for (const StrategyKind strategy : {StrategyKind::random, StrategyKind::p2c}) {
    SCOPED_TRACE("GAPURA_SEED=" + std::to_string(seed) + " " + std::string(to_string(strategy)));
    const Service service = make_service({3, 1, 50, 2, 7, 4}, strategy);
    Picker picker({.seed = seed});
    picker.adopt(service);
    service.targets[2].state->is_suspended = true;
    const std::array<const TargetState*, 1> tried = {service.targets[4].state.get()};
    std::vector<std::uint32_t> picked(6);

    for (std::size_t i = 0; i < kSize; ++i) ++picked.at(picker.pick(service, {.tried = tried}));

    expect_shares(picked, {3, 1, 0, 2, 0, 4}, kSize);
  }
}

/// traefik/traefik#13643 and its like: a neighbour must not be picked more often.
TEST(Fairness, OfTwoChoicesIsUnbiasedInWhatItCompares) {
  constexpr std::size_t kSize = 120'000;
  const unsigned seed = seed_or(20'263);
  SCOPED_TRACE("GAPURA_SEED=" + std::to_string(seed));
  const Service service = make_service({1, 1, 1, 1}, StrategyKind::p2c);
  Picker picker({.seed = seed});
  picker.adopt(service);
  // t3 wins whenever it is drawn: in 1/2 of all pairs; t2 when t3 is not: 1/3; t1: 1/6.
  for (std::uint32_t i = 0; i < 4; ++i) service.targets[i].state->in_flight = 9 - i;

  const auto picked = counts(picks(picker, service, kSize), 4);

  EXPECT_EQ(picked[0], 0U);
  const double size = kSize;
  EXPECT_NEAR(picked[3], size / 2, 4 * std::sqrt(size / 4));
  EXPECT_NEAR(picked[2], size / 3, 4 * std::sqrt(size * 2 / 9));
  EXPECT_NEAR(picked[1], size / 6, 4 * std::sqrt(size * 5 / 36));
}

TEST(Fairness, HeldLeasesOfTwoChoicesFollowTheWeights) {
  const unsigned seed = seed_or(20'264);
  SCOPED_TRACE("GAPURA_SEED=" + std::to_string(seed));
  const Service service = make_service({1, 2, 4, 8}, StrategyKind::p2c);
  Picker picker({.seed = seed});
  picker.adopt(service);

  for (int i = 0; i < 1'500; ++i) service.targets[picker.pick(service, {})].state->in_flight += 1;

  // Two choices keep the fullest within a few of the others, whatever the number.
  for (std::size_t i = 0; i < 4; ++i) {
    const double expected = 100.0 * (1U << i);
    EXPECT_NEAR(service.targets[i].state->in_flight, expected, 4 * (1U << i) + 4) << i;
  }
}

/// Which target serves each of `count` keys.
std::map<std::string, std::string> homes(const Service& service, int count) {
  Picker picker({});
  picker.adopt(service);
  std::map<std::string, std::string> out;
  for (int i = 0; i < count; ++i) {
    const std::string key = "192.0.2." + std::to_string(i);
    const std::size_t place = picker.pick(service, {.client_address = key});
    out[key] = service.targets.at(place).state->id;
  }
  return out;
}

constexpr int kKeys = 20'000;

TEST(Rendezvous, KeysAreSharedOutByWeight) {
  for (const auto& weights : kWeights) {
    const Service service = make_service(weights, StrategyKind::hrw);
    std::vector<std::uint32_t> picked(weights.size());
    for (const auto& [key, id] : homes(service, kKeys)) {
      ++picked.at(static_cast<std::size_t>(std::stoi(id.substr(1))));
    }
    expect_shares(picked, weights, kKeys);
  }
}

TEST(Rendezvous, OnlyTheKeysOfATargetThatLeftMove) {
  for (const auto& weights : kWeights) {
    Service service = make_service(weights, StrategyKind::hrw);
    const auto before = homes(service, kKeys);
    service.targets.erase(service.targets.begin() + 1);
    std::ranges::reverse(service.targets);

    const auto after = homes(service, kKeys);

    for (const auto& [key, id] : before) {
      if (id != "t1") {
        ASSERT_EQ(after.at(key), id) << key;
      }
    }
  }
}

TEST(Rendezvous, OnlyTheKeysThatANewcomerGainsMove) {
  Service service = make_service({2, 2, 3}, StrategyKind::hrw);
  const auto before = homes(service, kKeys);
  service.targets.insert(service.targets.begin(), Target{make_state(7), {}, {}, 1});
  std::vector<std::uint32_t> moved(2);

  for (const auto& [key, id] : homes(service, kKeys)) {
    ++moved[id == "t7" ? 1 : 0];
    if (id != "t7") {
      ASSERT_EQ(before.at(key), id) << key;
    }
  }

  expect_shares(moved, {7, 1}, kKeys);
}

TEST(Rendezvous, ASuspendedTargetsKeysMoveAndComeBack) {
  const Service service = make_service({1, 1, 1, 1}, StrategyKind::hrw);
  const auto before = homes(service, 2'000);
  service.targets[2].state->is_suspended = true;
  for (const auto& [key, id] : homes(service, 2'000)) {
    ASSERT_NE(id, "t2");
    if (before.at(key) != "t2") {
      ASSERT_EQ(before.at(key), id) << key;
    }
  }

  service.targets[2].state->is_suspended = false;

  EXPECT_EQ(homes(service, 2'000), before);
}

TEST(Rendezvous, ChoosesTheSameInEveryBuild) {
  const Service service = make_service({1, 1, 1, 1, 1}, StrategyKind::hrw);
  Picker picker({.offset = 3, .seed = 77});
  picker.adopt(service);
  std::string places;

  for (const char* key : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "10.0.0.1"}) {
    places += std::to_string(picker.pick(service, {.client_address = key}));
  }

  // Whoever changes this moves every client of every installation once.
  EXPECT_EQ(places, "23013");
}

}  // namespace
}  // namespace gapura::balancer
