#include <gtest/gtest.h>
#include <random>

#include "tests/unit/autoscale/decide/stage.h"

namespace gapura::autoscale {
namespace {

using std::chrono::seconds;

/// Policies and loads of all kinds, each run the same for its seed.
class LoadWorld {
 public:
  explicit LoadWorld(unsigned seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t end) {
    return std::uniform_int_distribution<std::uint32_t>(0, end - 1)(random_);
  }
  bool chance(double share) { return std::bernoulli_distribution(share)(random_); }

  conf::Autoscale policy() {
    conf::Autoscale out;
    out.min = below(4);
    out.max = out.min + 1 + below(12);
    if (chance(0.8)) out.concurrency = 1 + below(8);
    if (chance(0.3)) out.requests_per_second = 1 + below(50);
    if (chance(0.3)) out.queue_wait = Milliseconds(200);
    if (chance(0.3)) out.resources.push_back({.down = {}});
    if (chance(0.2)) out.resources.push_back({.down = 30});
    out.up_step = below(4);
    out.down_step = 1 + below(3);
    out.down_window = seconds(30 + below(600));
    out.up_window = seconds(below(2) * 30);
    out.up_cooldown = seconds(below(3) * 20);
    out.down_cooldown = seconds(below(120));
    out.creates_per_hour = out.deletes_per_hour = 100'000;
    return out;
  }

  void next(Stage& stage) {
    if (chance(0.02)) rate_ = below(300);
    if (chance(0.02)) service_s_ = 0.01 * (1 + below(100));
    stage.load(rate_ * (0.8 + 0.01 * below(40)), service_s_);
    stage.sample.queued = chance(0.05) ? below(500) : 0;
    stage.sample.queue_waits = below(10);
    stage.sample.queue_wait_s = stage.sample.queue_waits * 0.01 * below(40);
    stage.sample.has_load = !chance(0.03);
    stage.sample.cpu.reset();
    if (!chance(0.03)) stage.sample.cpu = below(101);
    if (chance(0.02)) stage.sample.alerts_up = below(3);
    if (chance(0.02)) stage.sample.alerts_down = below(2);
    if (chance(0.01)) stage.history.add_boot(seconds(1 + below(60)));
  }

 private:
  std::mt19937 random_;
  double rate_ = 5, service_s_ = 0.2;
};

/// Booting takes a while here: what is added serves after some ticks.
void obey_slowly(Stage& stage, const Decision& decision, LoadWorld& world) {
  Sample& sample = stage.sample;
  if (decision.to > decision.from) sample.booting += decision.to - decision.from;
  if (decision.to < decision.from) {
    const std::uint32_t fewer = decision.from - decision.to;
    const std::uint32_t booting = std::min(fewer, sample.booting);
    sample.booting -= booting;
    sample.serving -= fewer - booting;
  }
  if (sample.booting > 0 && world.chance(0.1)) {
    ++sample.serving;
    --sample.booting;
  }
}

bool is_measured(const Decision& decision) {
  for (const Vote& vote : decision.votes) {
    if (!vote.value) return false;
  }
  return true;
}

TEST(DecideProperties, LimitsHoldWhateverHappens) {
  int changes = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    LoadWorld world(seed);
    Stage stage(world.policy());
    stage.is_obeyed = false;
    stage.sample.serving = stage.policy.min;
    std::optional<History::Action> last;
    for (int i = 0; i < 800; ++i) {
      world.next(stage);
      const Decision decision = stage.tick();
      ASSERT_LE(decision.to, stage.policy.max);
      ASSERT_GE(decision.to, stage.policy.min);
      ASSERT_FALSE(decision.reason.empty());
      if (decision.to < decision.from) {
        ASSERT_TRUE(stage.sample.has_load) << decision.reason;
        ASSERT_TRUE(is_measured(decision)) << decision.reason;
      }
      if (decision.is_change()) {
        ++changes;
        const bool is_up = decision.to > decision.from;
        const auto cooldown = is_up ? stage.policy.up_cooldown : stage.policy.down_cooldown;
        const bool is_urgent = decision.from == 0;
        if (last && !is_urgent) {
          ASSERT_GE(decision.at - last->at, cooldown) << decision.reason;
        }
        last = History::Action{decision.at, decision.from, decision.to};
      }
      obey_slowly(stage, decision, world);
    }
  }
  EXPECT_GT(changes, 100);
}

TEST(DecideProperties, TheSameArgumentsGiveTheSameDecision) {
  LoadWorld world(7);
  Stage stage(world.policy());
  for (int i = 0; i < 500; ++i) {
    world.next(stage);
    stage.tick();
    const Decision one = decide(stage.policy, stage.history, stage.now);
    const Decision two = decide(stage.policy, stage.history, stage.now);
    ASSERT_EQ(one.to, two.to);
    ASSERT_EQ(one.reason, two.reason);
  }
}

/// The same past with every rate k times as high never gives a smaller size.
TEST(DecideProperties, MoreLoadNeverGivesASmallerSize) {
  for (unsigned seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    LoadWorld world(seed);
    conf::Autoscale policy = by_concurrency();
    policy.max = 1'000;
    policy.requests_per_second = world.chance(0.5) ? 30 : 0;
    Stage small(policy), large(policy);
    const double k = 1 + 0.1 * world.below(40);
    double rate = 1;
    std::uint32_t present = 1 + world.below(20);
    for (int i = 0; i < 150; ++i) {
      if (world.chance(0.05)) rate = world.below(200);
      const std::uint32_t queued = world.chance(0.1) ? world.below(100) : 0;
      for (Stage* stage : {&small, &large}) {
        stage->is_obeyed = false;
        stage->sample.serving = present;
        stage->load(stage == &small ? rate : k * rate);
        stage->sample.in_flight = 0;  // the service time is known
        stage->sample.queued = queued;
      }
      const Decision less = small.tick(), more = large.tick();
      ASSERT_LE(less.asked, more.asked) << less.reason << "\n" << more.reason;
      ASSERT_LE(less.fewest, more.fewest) << less.reason << "\n" << more.reason;
    }
  }
}

}  // namespace
}  // namespace gapura::autoscale
