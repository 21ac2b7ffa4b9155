// What checks, failing requests and slow starts make of a target; and who serves when all drain.
#include <gmock/gmock.h>

#include "tests/unit/balancer/registry_fixture.h"

namespace gapura::balancer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class RegistryHealth : public RegistryFixture {
 protected:
  using Change = std::function<void(conf::ServiceConfig&)>;
  void set_service(const std::vector<conf::Server>& servers, const Change& change) {
    conf::DynamicConfig files = files_with(servers);
    change(files.services.at("s"));
    registry.set_files(files, now);
    adopt();
  }
  void tick_for(Milliseconds time) {
    for (const TimePoint end = now + time; now < end;) {
      pass(1s);
      registry.tick(now);
      adopt();
    }
  }
  std::uint32_t weight_of(const std::string& id) const {
    for (const Target& target : snapshots.back()->services.at(0).targets) {
      if (target.state->id == id) return target.weight;
    }
    return 0;
  }
  void check(const std::string& id, const std::string& fault = "") {
    for (const CheckedTarget& one : registry.checked_targets()) {
      const ProbeResult result{.fault = fault, .status = fault.empty() ? 200u : 500u, .took = 7ms};
      if (one.target->id == id) return registry.checked(one.target, result, now);
    }
    ADD_FAILURE() << id << " is not asked";
  }
};

void with_check(conf::ServiceConfig& service) {
  service.health_check.emplace();
}
void with_check_and_slow_start(conf::ServiceConfig& service) {
  service.health_check.emplace();
  service.slow_start = 10s;
}
void with_passive_check(conf::ServiceConfig& service) {
  service.passive_check.emplace();
}

TEST_F(RegistryHealth, WhatIsThereAtTheStartServesAndANewcomerHasToPass) {
  set_service({server(kA)}, with_check);
  EXPECT_THAT(picked(), ElementsAre(kA));

  set_service({server(kA), server(kB)}, with_check);
  EXPECT_EQ(view(kB)->phase, Phase::joining);
  EXPECT_EQ(view(kB)->reason, "waits for its first health check");
  EXPECT_THAT(picked(), ElementsAre(kA));

  check(kB, "it answers 500");
  EXPECT_EQ(view(kB)->phase, Phase::joining);
  EXPECT_THAT(view(kB)->reason, HasSubstr("it answers 500"));
  check(kB);
  EXPECT_EQ(view(kB)->phase, Phase::serving);
  EXPECT_THAT(picked(), ElementsAre(kA, kB));
}

TEST_F(RegistryHealth, WithoutTheCheckNobodyWaitsForItOrIsDoubtedByIt) {
  const auto plain = [](conf::ServiceConfig&) {};
  set_service({server(kA)}, with_check);
  set_service({server(kA), server(kB)}, with_check);
  check(kA, "it answers 503");
  ASSERT_EQ(phase(kA), Phase::suspended);
  ASSERT_EQ(phase(kB), Phase::joining);

  set_service({server(kA), server(kB)}, plain);

  EXPECT_EQ(phase(kA), Phase::serving);
  EXPECT_FALSE(state_of(kA)->is_suspended);
  EXPECT_EQ(phase(kB), Phase::serving);
  EXPECT_EQ(view(kB)->reason, "is not checked any more");
  EXPECT_THAT(picked(), ElementsAre(kA, kB));
}

TEST_F(RegistryHealth, WhoNeverPassedIsNoLastResort) {
  set_service({server(kA)}, with_check);
  set_service({server(kA), server(kB)}, with_check);
  check(kA, "it answers 503");
  ASSERT_EQ(phase(kB), Phase::joining);

  apply(registry.propose_drain("s", kB));
  adopt();

  EXPECT_THAT(picked(), ElementsAre(kA));
  tick_for(2s);
  EXPECT_EQ(phase(kB), Phase::gone);
}

TEST_F(RegistryHealth, WhoNeverPassedWaitsForItsCheckAfterACancelledDrain) {
  set_service({server(kA)}, with_check);
  set_service({server(kA), server(kB)}, with_check);
  const TargetRef busy = registry.checked_targets().at(1).target;
  busy->in_flight.fetch_add(1);  // so that the drain does not end at once

  apply(registry.propose_drain("s", kB));
  apply(registry.propose_undrain("s", kB));

  EXPECT_EQ(phase(kB), Phase::joining);
  EXPECT_EQ(view(kB)->reason, "waits for its first health check");
  check(kB);
  EXPECT_EQ(phase(kB), Phase::serving);
  busy->in_flight.fetch_sub(1);
}

TEST_F(RegistryHealth, AFailedCheckSuspendsAndAGoodOneEndsIt) {
  set_service({server(kA), server(kB)}, with_check);

  check(kA, "it answers 503");
  EXPECT_EQ(view(kA)->phase, Phase::suspended);
  EXPECT_TRUE(state_of(kA)->is_suspended);
  EXPECT_THAT(view(kA)->reason, HasSubstr("it answers 503"));
  // Not for the prober, nor for a request that happens to come through.
  EXPECT_THAT(registry.suspended_targets(), IsEmpty());
  registry.connect_succeeded(state_of(kA), now);
  EXPECT_EQ(view(kA)->phase, Phase::suspended);

  check(kA);
  EXPECT_EQ(view(kA)->phase, Phase::serving);
  EXPECT_FALSE(state_of(kA)->is_suspended);
}

TEST_F(RegistryHealth, ShowsTheLastProbeAndWhenItWas) {
  set_service({server(kA), server(kB)}, with_check);
  EXPECT_FALSE(view(kA)->last_probe);

  check(kA, "it answers 500");
  check(kB);
  pass(3s);
  ASSERT_TRUE(view(kA)->last_probe);
  EXPECT_EQ(view(kA)->last_probe->ago, 3s);
  EXPECT_EQ(view(kA)->last_probe->result.fault, "it answers 500");
  EXPECT_EQ(view(kA)->last_probe->result.status, 500u);
  EXPECT_EQ(view(kA)->last_probe->result.took, 7ms);
  EXPECT_TRUE(view(kB)->last_probe->result.is_good());

  set_service({server(kB)}, with_check);
  set_service({server(kA), server(kB)}, with_check);
  EXPECT_FALSE(view(kA)->last_probe) << "it is a new one";
}

TEST_F(RegistryHealth, AReloadKeepsWhatIsKnown) {
  set_service({server(kA), server(kB)}, with_check);
  check(kA, "it answers 503");

  set_service({server(kA), server(kB), server(kC)}, with_check);

  EXPECT_EQ(view(kA)->phase, Phase::suspended);
  EXPECT_EQ(view(kB)->phase, Phase::serving);
}

TEST_F(RegistryHealth, NewcomersAndRecoveredOnesGetTheirShareStepByStep) {
  set_service({server(kA, 3)}, with_check_and_slow_start);
  set_service({server(kA, 3), server(kB, 3)}, with_check_and_slow_start);
  check(kB);
  EXPECT_EQ(view(kB)->phase, Phase::warming);
  EXPECT_EQ(weight_of(kA), 30u);
  EXPECT_EQ(weight_of(kB), 3u);

  tick_for(5s);
  EXPECT_EQ(weight_of(kB), 15u);
  tick_for(5s);
  EXPECT_EQ(view(kB)->phase, Phase::serving);
  EXPECT_EQ(weight_of(kA), 3u);
  EXPECT_EQ(weight_of(kB), 3u);

  check(kA, "it answers 500");
  check(kA);
  EXPECT_EQ(view(kA)->phase, Phase::warming);
  EXPECT_EQ(weight_of(kA), 3u);
  EXPECT_EQ(weight_of(kB), 30u);
}

TEST_F(RegistryHealth, TheFirstTargetOfAServiceTakesAllAtOnce) {
  set_service({}, with_check_and_slow_start);
  set_service({server(kA)}, with_check_and_slow_start);
  check(kA);
  EXPECT_EQ(view(kA)->phase, Phase::serving);
}

TEST_F(RegistryHealth, FailingRequestsEjectForATimeThatGrows) {
  set_service({server(kA), server(kB)}, with_passive_check);
  registry.requests_fail(state_of(kA), "it answers 500", now);
  EXPECT_EQ(view(kA)->phase, Phase::suspended);
  EXPECT_THAT(registry.suspended_targets(), IsEmpty());

  tick_for(9s);
  EXPECT_EQ(view(kA)->phase, Phase::suspended);
  tick_for(2s);
  EXPECT_EQ(view(kA)->phase, Phase::serving);

  registry.requests_fail(state_of(kA), "it answers 500", now);
  tick_for(15s);
  EXPECT_EQ(view(kA)->phase, Phase::suspended);
  tick_for(6s);
  EXPECT_EQ(view(kA)->phase, Phase::serving);
}

TEST_F(RegistryHealth, NoMoreThanTheAllowedShareIsEjected) {
  set_service({server(kA), server(kB), server(kC)}, with_passive_check);  // half of them
  registry.requests_fail(state_of(kA), "it answers 500", now);
  registry.requests_fail(state_of(kB), "it answers 500", now);
  EXPECT_EQ(view(kA)->phase, Phase::suspended);
  EXPECT_EQ(view(kB)->phase, Phase::serving);

  set_service({server(kA)}, with_passive_check);
  tick_for(11s);
  registry.requests_fail(state_of(kA), "it answers 500", now);
  EXPECT_EQ(view(kA)->phase, Phase::serving);
}

TEST_F(RegistryHealth, WhenAllDrainTheLastOnesGoOnUntilAnotherIsThere) {
  set_files({server(kA)});
  adopt();
  set_files({server(kB)});
  adopt();
  EXPECT_THAT(picked(), ElementsAre(kB));  // B serves at once: nothing to go on with

  apply(registry.propose_drain("s", kB));
  adopt();
  EXPECT_EQ(view(kB)->phase, Phase::draining);
  EXPECT_THAT(picked(), ElementsAre(kB));
  EXPECT_THAT(snapshots.back()->draining, IsEmpty());

  apply(registry.propose_add("s", "", server(kC)));
  EXPECT_THAT(picked(), ElementsAre(kC));
  adopt();
  EXPECT_EQ(view(kB)->phase, Phase::gone);
}

TEST_F(RegistryHealth, WithoutAReplacementALastResortEndsWithTheDrainTimeout) {
  set_files({server(kA)});
  adopt();
  apply(registry.propose_drain("s", kA));
  adopt();
  tick_for(29s);
  EXPECT_THAT(picked(), ElementsAre(kA));

  tick_for(3s);
  EXPECT_THAT(picked(), IsEmpty());
  EXPECT_EQ(view(kA)->phase, Phase::gone);
}

TEST_F(RegistryHealth, ALastResortThatCannotBeReachedIsNone) {
  set_files({server(kA)});
  adopt();
  state_of(kA)->is_suspended = true;
  registry.connect_failed(state_of(kA), "refused", now);
  apply(registry.propose_drain("s", kA));
  EXPECT_THAT(picked(), IsEmpty());
}

}  // namespace
}  // namespace gapura::balancer
