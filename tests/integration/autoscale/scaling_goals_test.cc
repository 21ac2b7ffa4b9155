// What the default policy is to reach, in the fluid model: 20 seeds each, the worst one counts.
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <iterator>

#include "autoscale/simulate/shapes.h"
#include "autoscale/simulate/simulation.h"

namespace gapura::autoscale {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr unsigned kSeeds = 2;  // sanitizers look at memory; the claims are the plain build's
#else
constexpr unsigned kSeeds = 20;
#endif

/// The defaults, but for what a service must say of itself.
conf::Autoscale default_policy() {
  conf::Autoscale policy;
  policy.max = 30;
  policy.concurrency = 4;
  return policy;
}

SimulationOutcome replay(const Trace& trace, unsigned seed) {
  const SimulationSettings settings{.service = {}, .seed = seed};
  return simulate(trace, *make_policy_scaler(default_policy(), kVirtualStart), settings);
}

Trace world_cup_day() {
  std::ifstream file(GAPURA_SOURCE_DIR "/tests/data/worldcup98-1998-06-30.csv");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto read = read_csv_trace(text, 0.2);
  Trace day = std::get<Trace>(read);
  day.scale(200 / day.peak());
  return day;
}

/// 10 requests a second are half of what a target can do, 40 need three.
TEST(ScalingGoals, AStepIsDecidedOnInTenSecondsWithoutOvershoot) {
  constexpr double kAt = 1'200, kNeed = 3;
  double slowest = 0, longest = 0;
  std::uint32_t most = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const SimulationOutcome outcome = replay(shapes::step(10, 40, 1'200, 3'600), seed);
    ASSERT_FALSE(outcome.changes.empty());
    slowest = std::max(slowest, outcome.changes.front().at_s - kAt);
    longest = std::max(longest, outcome.violation_min);
    most = std::max(most, outcome.most);
    EXPECT_GE(outcome.changes.front().at_s, kAt);
    EXPECT_EQ(outcome.flaps, 0U);
  }
  std::cout << "step: decided after " << slowest << " s, at most " << most
            << " targets, the promise broken for " << longest << " min, all at worst\n";
  EXPECT_LE(slowest, 10);
  EXPECT_LE(most, kNeed + 1);
  EXPECT_LE(longest * 60, 90 + 20);  // a boot, the decision, and the queue that it left
}

TEST(ScalingGoals, NoiseAroundTheThresholdMovesItOnceAnHourAtMost) {
  constexpr double kHours = 4;
  double worst = 0, sum = 0;
  std::uint32_t flaps = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    const SimulationOutcome outcome = replay(shapes::noise(8, 18, 4 * 3'600, seed), seed);
    const double actions = static_cast<double>(outcome.changes.size()) / kHours;
    worst = std::max(worst, actions);
    sum += actions;
    flaps = std::max(flaps, outcome.flaps);
  }
  std::cout << "noise: " << worst << " actions an hour at worst, " << sum / kSeeds
            << " on average; " << flaps << " flaps in four hours at worst\n";
  EXPECT_LE(worst, 1);
  EXPECT_GT(sum, 0);
}

TEST(ScalingGoals, TheWorldCupDayCostsLittleAndBreaksNoPromise) {
  const Trace day = world_cup_day();
  ASSERT_EQ(day.rates.size(), 86'400U);
  double to_oracle = 0, to_seed = 0, violation = 0;
  std::uint32_t flaps = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    const SimulationSettings settings{.service = {}, .seed = seed};
    const SimulationOutcome outcome = replay(day, seed);
    const SimulationOutcome others = simulate(day, *make_seed_scaler(1, 30), settings);
    to_oracle = std::max(to_oracle, outcome.hours / oracle_hours(day, settings));
    to_seed = std::max(to_seed, outcome.hours / others.hours);
    violation = std::max(violation, outcome.violation_min);
    flaps = std::max(flaps, outcome.flaps);
    EXPECT_EQ(outcome.lost, 0);
  }
  std::cout << "World Cup day: " << to_oracle << " of the oracle's hours, " << to_seed
            << " of the seed rule's, the promise broken for " << violation << " min, " << flaps
            << " flaps, all at worst\n";
  EXPECT_LE(to_oracle, 1.35);
  EXPECT_LE(to_seed, 0.87);
  EXPECT_EQ(violation, 0);
  EXPECT_EQ(flaps, 0U);
}

/// Loses the numbers of whatever ticks it is told to, and never sees a removal then.
class Blinded final : public Scaler {
 public:
  Blinded() : inner_(make_policy_scaler(default_policy(), kVirtualStart)) {}
  Decision tick(const Sample& sample, double utilization) override {
    Sample seen = sample;
    const auto minute = std::chrono::floor<std::chrono::minutes>(sample.at - kVirtualStart).count();
    seen.has_load = minute % 60 < 30;
    Decision out = inner_->tick(seen, utilization);
    if (!seen.has_load && out.to < out.from) ++removed_blindly;
    if (out.to > default_policy().max) ++above_max;
    return out;
  }
  int removed_blindly = 0, above_max = 0;

 private:
  std::unique_ptr<Scaler> inner_;
};

TEST(ScalingGoals, NothingIsRemovedOnMissingNumbersAndMaxIsNeverPassed) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Blinded scaler;
    Trace wild = shapes::noise(0, 900, 6 * 3'600, seed);
    const SimulationOutcome outcome = simulate(wild, scaler, {.service = {}, .seed = seed});
    EXPECT_EQ(scaler.removed_blindly, 0);
    EXPECT_EQ(scaler.above_max, 0);
    EXPECT_LE(outcome.most, 30U);
  }
}

}  // namespace
}  // namespace gapura::autoscale
