// What is done about the instances of one service, step by step.
#include "autoscale/fleet/fleet.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fleet_world.h"

namespace gapura::autoscale {
namespace {

using balancer::Phase;
using Kind = Step::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

class FleetTest : public testing::Test {
 protected:
  FleetTest() { world.policy.max = 5; }
  /// Carries out what is asked for until nothing is any more.
  void settle(std::uint32_t wanted) {
    int quiet = 0;
    for (int i = 0; i < 30 && quiet < 3; ++i) {
      quiet = world.round(wanted).empty() ? quiet + 1 : 0;
      world.pass(Milliseconds(500));
    }
    EXPECT_EQ(quiet, 3) << "it never comes to rest";
  }
  World world;
};

TEST_F(FleetTest, AsksWhatThereIsBeforeAnythingElse) {
  EXPECT_THAT(world.kinds(world.plan(2)), ElementsAre(Kind::list));
  EXPECT_THAT(world.plan(2), IsEmpty()) << "the list is under way";
}

TEST_F(FleetTest, MakesNothingWhileTheProviderDoesNotAnswer) {
  world.provider.fails_lists = true;
  for (int i = 0; i < 10; ++i) {
    world.round(2);
    world.pass(Milliseconds(60'000));
  }

  EXPECT_TRUE(world.provider.instances.empty());
  EXPECT_EQ(world.fleet->provider_fault(), "no answer");
}

TEST_F(FleetTest, BringsInstancesIntoService) {
  settle(2);
  EXPECT_EQ(world.provider.instances.size(), 2U);
  EXPECT_EQ(world.fleet->count().booting, 2U);

  world.boot_all();
  world.pass(Milliseconds(2'500));
  settle(2);
  EXPECT_EQ(world.targets.size(), 2U);
  world.all_targets(Phase::serving);
  settle(2);

  EXPECT_EQ(world.fleet->count().serving, 2U);
  EXPECT_EQ(world.fleet->count().booting, 0U);
}

TEST_F(FleetTest, DeletesOnlyWhatHasDrained) {
  world.serve(2);

  world.round(1);
  ASSERT_EQ(world.count(Phase::draining), 1U);
  world.pass(Milliseconds(100'000));
  settle(1);
  EXPECT_EQ(world.provider.instances.size(), 2U) << "its requests have not ended";

  world.end_drains();
  settle(1);
  EXPECT_EQ(world.provider.instances.size(), 1U);
  EXPECT_EQ(world.targets.size(), 1U) << "the target is forgotten with its instance";
}

TEST_F(FleetTest, TakesOutWhoHasLeastToDoThenTheNewest) {
  world.serve(3);
  world.target_of(world.provider.names[0]).in_flight = 1;
  world.target_of(world.provider.names[1]).in_flight = 1;
  world.target_of(world.provider.names[2]).in_flight = 2;

  world.round(2);

  EXPECT_EQ(world.target_of(world.provider.names[1]).phase, Phase::draining);
}

TEST_F(FleetTest, CancelsADrainWhenMoreAreWantedAgain) {
  world.serve(2);
  world.round(1);
  ASSERT_EQ(world.count(Phase::draining), 1U);

  world.round(2);

  EXPECT_EQ(world.count(Phase::draining), 0U);
  EXPECT_EQ(world.provider.creates, 2U) << "nothing had to boot";
}

TEST_F(FleetTest, NeverDeletesWhatServesAgain) {
  world.serve(2);
  world.round(1);
  world.end_drains();
  world.round(1);
  const std::string leaver = world.provider.names[1];
  ASSERT_EQ(world.target_of(leaver).phase, Phase::gone);

  world.target_of(leaver).phase = Phase::serving;  // by hand, before it was deleted
  for (int i = 0; i < 5; ++i) {
    world.pass(Milliseconds(1'000));
    world.round(1);
    ASSERT_EQ(world.provider.instances.size(), 2U) << "requests are sent to both";
  }

  EXPECT_EQ(world.count(Phase::draining), 1U) << "it drains once more";
}

TEST_F(FleetTest, DeletesWhatNeverBooted) {
  world.policy.provider->boot_timeout = Milliseconds(60'000);
  settle(1);
  const std::string first = world.provider.names.front();
  world.pass(Milliseconds(61'000));
  settle(1);
  world.pass(Milliseconds(2'500));
  settle(1);

  EXPECT_FALSE(world.provider.instances.contains(first));
  EXPECT_EQ(world.provider.creates, 1U) << "the next one waits a moment";
  world.pass(Milliseconds(11'000));
  settle(1);
  EXPECT_EQ(world.provider.creates, 2U);
}

TEST_F(FleetTest, MakesNoTargetOfAnAddressThatIsNone) {
  world.policy.provider->boot_timeout = Milliseconds(60'000);
  settle(1);
  const std::string name = world.provider.names.front();
  Instance& one = world.provider.instances.at(name);
  one.state = Instance::State::running;
  for (const char* wrong : {"10.0.0.5/24", "user@10.0.0.5", "a b", "10.0.0", "::1]:1/["}) {
    one.address = wrong;
    world.pass(Milliseconds(2'500));
    settle(1);
    EXPECT_TRUE(world.targets.empty()) << wrong;
    EXPECT_NE(world.fleet->units().at(name).fault.find("no address"), std::string::npos) << wrong;
  }
  one.address = "2001:DB8::5";
  world.pass(Milliseconds(31'000));
  settle(1);

  EXPECT_EQ(world.targets.size(), 1U);
}

TEST_F(FleetTest, DrainsAgainWhatNeverServedAndCouldNotBeDrained) {
  world.policy.provider->boot_timeout = Milliseconds(60'000);
  settle(1);
  world.boot_all();
  world.pass(Milliseconds(2'500));
  settle(1);
  ASSERT_EQ(world.count(Phase::joining), 1U);
  world.pass(Milliseconds(61'000));
  for (const Step& step : world.plan(0)) {
    if (step.kind != Kind::drain_target) {
      world.carry_out(step);
      continue;
    }
    world.fleet->changed(step, "no space left on the device", world.now);
  }
  ASSERT_EQ(world.count(Phase::joining), 1U);

  world.pass(Milliseconds(5'000));
  settle(0);
  world.end_drains();
  world.pass(Milliseconds(5'000));
  settle(0);

  EXPECT_TRUE(world.provider.instances.empty()) << "it costs as long as it is there";
}

TEST(Fleet, NeverMakesTwoOfOneName) {
  Fleet fleet([] { return std::string("gapura-s-a"); });
  conf::Autoscale policy;
  policy.max = 5;
  policy.provider.emplace();
  const TimePoint now{std::chrono::hours(1)};
  const auto creations = [&] {
    const auto steps = fleet.plan(policy, 2, {}, now);
    return std::ranges::count(steps, Kind::create, &Step::kind);
  };
  creations();
  fleet.listed(std::vector<Instance>{}, now);

  EXPECT_EQ(creations(), 1);
  EXPECT_EQ(creations(), 0);
  EXPECT_EQ(fleet.units().size(), 1U);
}

TEST_F(FleetTest, NeverPassesMaxWithTheTargetsOfOthers) {
  world.policy.max = 3;
  world.add_foreign_target("10.9.9.9");
  settle(9);

  EXPECT_EQ(world.provider.instances.size(), 2U);
}

TEST_F(FleetTest, AdoptsWhatIsOursAfterACrash) {
  world.serve(2);

  world.crash();
  settle(2);

  EXPECT_EQ(world.fleet->count().serving, 2U);
  EXPECT_EQ(world.provider.creates, 2U);
}

TEST_F(FleetTest, GoesOnDrainingAfterACrash) {
  world.serve(2);
  world.round(1);
  world.crash();
  settle(1);
  EXPECT_EQ(world.fleet->count().leaving, 1U);

  world.end_drains();
  settle(1);

  EXPECT_EQ(world.provider.instances.size(), 1U);
}

TEST_F(FleetTest, NeverForgetsOneWhoseDeletionFailed) {
  world.serve(2);
  world.provider.fails_removals = true;
  world.round(1);
  world.end_drains();
  for (int i = 0; i < 50; ++i) {
    world.round(1);
    world.pass(Milliseconds(400'000));
  }
  ASSERT_EQ(world.provider.instances.size(), 2U);
  EXPECT_EQ(world.fleet->count().leaving, 1U);

  world.provider.fails_removals = false;
  world.pass(Milliseconds(400'000));
  settle(1);

  EXPECT_EQ(world.provider.instances.size(), 1U);
}

TEST_F(FleetTest, ForgetsOneWhoseDeletionIsRefusedWhenNoListShowsIt) {
  world.serve(2);
  world.provider.fails_removals = true;
  const std::string leaver = world.provider.names[1];
  world.round(1);
  world.end_drains();
  ASSERT_EQ(world.target_of(leaver).phase, Phase::gone);
  world.pass(Milliseconds(5'000));
  settle(1);
  world.provider.instances.erase(leaver);  // by somebody else, or by a deletion that "failed"
  for (int i = 0; i < 10; ++i) {
    world.round(1);
    world.pass(Milliseconds(31'000));
  }

  EXPECT_FALSE(world.fleet->units().contains(leaver));
  EXPECT_EQ(world.targets.size(), 1U);
}

TEST_F(FleetTest, LetsATargetServeThatAListDoesNotShow) {
  world.serve(2);
  world.provider.hidden.insert(world.provider.names[0]);
  for (int i = 0; i < 10; ++i) {
    world.pass(Milliseconds(31'000));
    settle(2);
  }

  EXPECT_EQ(world.count(Phase::serving), 2U);
  EXPECT_EQ(world.provider.creates, 2U);
}

TEST_F(FleetTest, ReplacesOneThatTheProviderLost) {
  world.serve(2);
  world.provider.instances.erase(world.provider.names[0]);
  world.target_of(world.provider.names[0]).phase = Phase::suspended;
  for (int i = 0; i < 4; ++i) {
    world.pass(Milliseconds(31'000));
    settle(2);
    world.end_drains();
  }
  settle(2);

  EXPECT_EQ(world.provider.creates, 3U);
  EXPECT_EQ(world.provider.instances.size(), 2U);
}

TEST_F(FleetTest, StopsInsteadOfDeletingWhileTheWarmPoolHasRoom) {
  world.policy.warm = 1;
  world.serve(2);
  world.boot_all();
  world.pass(Milliseconds(2'500));
  settle(2);  // the third one, for the pool
  ASSERT_EQ(world.provider.stopped(), 1U);

  world.round(3);
  EXPECT_EQ(world.provider.creates, 3U) << "it came out of the pool";
  EXPECT_EQ(world.provider.stopped(), 0U);
}

TEST_F(FleetTest, TriesAgainToStartOneThatDidNotStart) {
  world.policy.warm = 1;
  world.serve(1);
  world.boot_all();
  world.pass(Milliseconds(2'500));
  settle(1);
  ASSERT_EQ(world.provider.stopped(), 1U);

  for (const Step& step : world.plan(2)) {
    if (step.kind != Kind::start) continue;
    world.fleet->done(step, ProviderFault{.message = "no answer"}, world.now);
  }
  world.pass(Milliseconds(10'000));
  settle(2);

  EXPECT_EQ(world.provider.stopped(), 0U);
}

TEST_F(FleetTest, TellsInstancesApartThatHadTheSameAddress) {
  world.serve(2);
  const std::string old = world.provider.names[0];
  const std::string address = world.provider.instances.at(old).address;
  world.provider.instances.erase(old);
  world.target_of(old).phase = Phase::suspended;
  for (int i = 0; i < 3; ++i) {
    world.pass(Milliseconds(31'000));
    settle(2);
  }
  ASSERT_EQ(world.target_of(old).phase, Phase::draining);
  ASSERT_EQ(world.provider.creates, 3U);
  Instance& next = world.provider.instances.at(world.provider.names[2]);
  next.state = Instance::State::running;
  next.address = address;
  world.pass(Milliseconds(2'500));
  settle(2);
  world.all_targets(Phase::serving);
  settle(2);
  world.end_drains();
  world.pass(Milliseconds(5'000));
  settle(2);

  EXPECT_TRUE(world.targets.contains(world.provider.names[2])) << "it is not the one that left";
  EXPECT_FALSE(world.targets.contains(old));
  EXPECT_EQ(world.count(Phase::serving), 2U);
}

TEST_F(FleetTest, NeverTakesOutWhatAFileLists) {
  world.add_foreign_target("10.0.0.1");
  world.policy.provider->boot_timeout = Milliseconds(60'000);
  settle(1);
  world.boot_all();  // it has the address that the file lists
  for (int i = 0; i < 5; ++i) {
    world.pass(Milliseconds(61'000));
    settle(0);
  }

  EXPECT_EQ(world.targets.at("10.0.0.1:3000").phase, Phase::serving);
}

TEST_F(FleetTest, WaitsForWhatTheProviderIsSlowToList) {
  settle(1);
  world.provider.hidden.insert(world.provider.names[0]);
  for (int i = 0; i < 20; ++i) {
    world.pass(Milliseconds(2'500));
    settle(1);
  }

  EXPECT_EQ(world.provider.creates, 1U);
}

TEST_F(FleetTest, AsksMoreAndMoreSeldomWhatIsRefused) {
  settle(0);
  int asked = 0;
  for (int i = 0; i < 600; ++i) {
    for (const Step& step : world.plan(1)) {
      if (step.kind != Kind::create) {
        world.carry_out(step);
        continue;
      }
      ++asked;
      world.fleet->created(step.unit,
                           ProviderFault{.kind = ProviderFault::Kind::refused, .message = "quota"},
                           world.now);
    }
    world.pass(Milliseconds(1'000));
  }

  EXPECT_LE(asked, 7);
  EXPECT_GE(asked, 4);
}

}  // namespace
}  // namespace gapura::autoscale
