// Thousands of random faults of a provider, restarts included: no instance is ever orphaned,
// nothing serving is deleted, `max` is never passed, and in the end there is what is wanted.
#include <gtest/gtest.h>
#include <random>

#include "tests/support/fleet_world.h"

namespace gapura::autoscale {
namespace {

using balancer::Phase;

/// A provider that does what is asked, or not, and says so, or not.
class FaultyWorld : public World {
 public:
  explicit FaultyWorld(unsigned seed) : random(seed) {
    policy.max = 6;
    policy.provider->boot_timeout = Milliseconds(120'000);
  }

  bool chance(unsigned percent) { return random() % 100 < percent; }

  void carry_out_badly(const Step& step) {
    const bool is_lost = chance(fault_percent);
    const ProviderFault unreachable{.message = "no answer"};
    if (!is_lost) return carry_out(step);
    switch (step.kind) {
      case Step::Kind::list: return fleet->listed(unreachable, now);
      case Step::Kind::create:
        if (chance(50)) {
          // It was made, and nobody was told.
          provider.instances[step.unit] = {.id = "i" + std::to_string(++provider.creates),
                                           .name = step.unit};
          return fleet->created(step.unit, unreachable, now);
        }
        return fleet->created(step.unit,
                              ProviderFault{.kind = chance(50) ? ProviderFault::Kind::refused
                                                               : ProviderFault::Kind::rate_limited,
                                            .message = "no"},
                              now);
      case Step::Kind::remove:
        if (chance(50)) provider.instances.erase(step.unit);
        return fleet->done(step, unreachable, now);
      case Step::Kind::start:
      case Step::Kind::stop: return fleet->done(step, unreachable, now);
      default: return fleet->changed(step, "the disk is full", now);
    }
  }

  void happen() {
    for (auto& [name, instance] : provider.instances) {
      if (instance.state != Instance::State::pending || never_boots.contains(name)) continue;
      if (chance(5)) {
        never_boots.insert(name);
      } else if (chance(30)) {
        instance.state = Instance::State::running;
        instance.address = "10.0.0." + instance.id.substr(1);
      }
    }
    for (auto& [id, target] : targets) {
      const bool lives = provider.instances.contains(id);
      if (target.phase == Phase::joining && lives && chance(50)) target.phase = Phase::serving;
      if (target.phase == Phase::draining && chance(40)) target.phase = Phase::gone;
      if (target.phase == Phase::serving && !lives) target.phase = Phase::suspended;
    }
    // The cloud loses one of its own.
    if (chance(fault_percent / 10) && !provider.instances.empty()) {
      provider.instances.erase(provider.instances.begin());
    }
    if (chance(fault_percent / 5)) crash();
  }

  void check_serving_is_kept(const Step& step) const {
    if (step.kind != Step::Kind::remove) return;
    const auto target = targets.find(step.unit);
    const bool serves = target != targets.end() && target->second.phase == Phase::serving;
    EXPECT_FALSE(serves) << step.unit << " is deleted while it serves";
  }

  std::mt19937 random;
  unsigned fault_percent = 30;
  std::set<std::string> never_boots;
};

TEST(FleetSim, SurvivesWhateverTheProviderDoes) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FaultyWorld world(seed);
    std::uint32_t wanted = 1;
    for (int i = 0; i < 400; ++i) {
      if (world.chance(10)) wanted = static_cast<std::uint32_t>(world.random() % 7);
      for (const Step& step : world.plan(wanted)) {
        world.check_serving_is_kept(step);
        world.carry_out_badly(step);
      }
      world.happen();
      world.pass(Milliseconds(1'000));
      // Made without our knowing: seen only by the next list.
      ASSERT_LE(world.provider.instances.size(),
                world.policy.max + world.policy.provider->creates_at_once);
    }
    // Then all is well: what remains is exactly what is wanted.
    world.fault_percent = 0;
    world.never_boots.clear();
    for (int i = 0; i < 1'500; ++i) {
      for (const Step& step : world.plan(2)) world.carry_out(step);
      world.happen();
      world.pass(Milliseconds(1'000));
    }
    EXPECT_EQ(world.provider.instances.size(), 2U) << "an orphan, or too few";
    EXPECT_EQ(world.count(Phase::serving), 2U);
    EXPECT_EQ(world.targets.size(), 2U);
  }
}

}  // namespace
}  // namespace gapura::autoscale
