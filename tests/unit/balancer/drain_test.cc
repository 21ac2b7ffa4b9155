#include "balancer/drain.h"

#include <gmock/gmock.h>

#include "balancer/slot_ledger.h"
#include "tests/unit/balancer/registry_fixture.h"

namespace gapura::balancer {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using DrainTest = RegistryFixture;

TEST(DrainLimits, NeverAskForEverythingTooEarly) {
  conf::ServiceConfig service;
  service.drain_timeout = 0ms;
  EXPECT_EQ(DrainLimits::of(service).stalled, 1ms);
  service.drain_timeout = 600s;
  EXPECT_EQ(DrainLimits::of(service).all, 600s);
}

TEST_F(DrainTest, CutsWhatIsStalledOnceASecondAfterTheDrainTimeout) {
  set_files({server(kA), server(kB)});
  state_of(kB)->in_flight = 1;
  set_files({server(kA)});
  adopt();

  pass(29'999ms);
  registry.tick(now);
  EXPECT_EQ(cuts.size(), 0U);
  pass(1ms);
  registry.tick(now);
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_EQ(cuts[0].id, kB);
  EXPECT_EQ(cuts[0].stalled, 30s);
  pass(999ms);
  registry.tick(now);
  EXPECT_EQ(cuts.size(), 1U);
  pass(1ms);
  registry.tick(now);
  EXPECT_EQ(cuts.size(), 2U);
}

TEST_F(DrainTest, CutsEverythingAtTheUpgradeTimeoutThenGivesUp) {
  set_files({server(kA), server(kB)});
  const TargetRef b = state_of(kB);
  b->in_flight = 3;
  set_files({server(kA)});
  adopt();

  pass(300s);
  registry.tick(now);
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_EQ(cuts[0].stalled, 0ms);
  b->cut = 1;
  b->in_flight = 2;
  pass(4'999ms);
  registry.tick(now);
  EXPECT_EQ(phase(kB), Phase::draining);
  pass(1ms);
  registry.tick(now);

  EXPECT_FALSE(view(kB).has_value());
  EXPECT_EQ(last(Event::Kind::drained).drain->cut, 3U);
  EXPECT_EQ(last(Event::Kind::drained).drain->took, 305s);
}

TEST_F(DrainTest, NothingIsGoneBeforeTheWorkersAdoptedHoweverLongItTakes) {
  set_files({server(kA), server(kB)});
  adopt();
  state_of(kB)->in_flight = 1;
  set_files({server(kA)});

  pass(10'000s);
  registry.tick(now);

  EXPECT_EQ(phase(kB), Phase::draining);
  adopt();
  registry.tick(now);
  EXPECT_FALSE(view(kB).has_value());
}

TEST_F(DrainTest, ASlotWithLeasesLeftBehindIsNotReused) {
  set_files({server(kA), server(kB)});
  const TargetRef b = state_of(kB);
  b->in_flight = 1;
  set_files({server(kA)});
  adopt();
  pass(305s);
  registry.tick(now);
  adopt();
  ASSERT_FALSE(view(kB).has_value());

  set_files({server(kA), server(kC)});
  EXPECT_NE(state_of(kC)->slot, b->slot);
  b->in_flight = 0;
  adopt();
  registry.tick(now);
  apply(registry.propose_add("s", "x", server("10.0.0.9:80")));

  EXPECT_EQ(state_of("x")->slot, b->slot);
}

TEST_F(DrainTest, ASecondDrainCountsAnew) {
  set_files({server(kA), server(kB)});
  const TargetRef b = state_of(kB);
  b->in_flight = 1;
  set_files({server(kA)});
  b->finished_while_draining = 5;
  b->cut = 2;
  set_files({server(kA), server(kB)});
  EXPECT_EQ(last(Event::Kind::drained).drain->finished, 5U);

  set_files({server(kA)});
  b->finished_while_draining = 6;
  b->in_flight = 0;
  adopt();

  EXPECT_EQ(last(Event::Kind::drained).drain->finished, 1U);
  EXPECT_EQ(last(Event::Kind::drained).drain->cut, 0U);
}

TEST_F(DrainTest, ServicesHaveTimeoutsOfTheirOwnAlsoAfterTheyLeftTheFiles) {
  conf::DynamicConfig files = files_with({server(kA)});
  files.services.at("s").drain_timeout = 5s;
  registry.set_files(files, now);
  state_of(kA)->in_flight = 1;
  registry.set_files({}, now);
  adopt();

  pass(5s);
  registry.tick(now);

  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_EQ(cuts[0].stalled, 5s);
}

TEST_F(DrainTest, AnotherTargetsSlowRequestHoldsNothingUp) {
  set_files({server(kA), server(kB), server(kC)});
  state_of(kB)->in_flight = 1;

  set_files({server(kA)});
  adopt();

  EXPECT_FALSE(view(kC).has_value());
  EXPECT_EQ(phase(kB), Phase::draining);
}

TEST(SlotLedger, GivesTheLowestFreeSlotAfterPublicationAndAdoption) {
  SlotLedger slots;
  const auto take = [&] {
    return TargetRef(new TargetState(slots.take(), ServiceSlot{}, "s", "t", "u"));
  };
  const TargetRef first = take();
  const TargetRef second = take();
  ASSERT_EQ(index(second->slot), 1U);

  slots.retire(second);
  slots.retire(first);
  slots.adopted_by_all(Version{9});
  EXPECT_TRUE(slots.awaits_publication());
  slots.published(Version{10});
  EXPECT_FALSE(slots.awaits_publication());
  slots.adopted_by_all(Version{9});
  EXPECT_EQ(index(slots.take()), 2U);
  slots.adopted_by_all(Version{10});

  EXPECT_EQ(index(slots.take()), 0U);
  EXPECT_EQ(index(slots.take()), 1U);
  EXPECT_EQ(slots.size(), 3U);
}

}  // namespace
}  // namespace gapura::balancer
