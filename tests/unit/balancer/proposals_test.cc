#include <gmock/gmock.h>

#include "tests/unit/balancer/registry_fixture.h"

namespace gapura::balancer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using ProposalTest = RegistryFixture;

TEST_F(ProposalTest, AProposalChangesNothing) {
  set_files({server(kA)});

  const Proposal proposal = registry.propose_add("s", "", server(kB));

  ASSERT_TRUE(std::holds_alternative<Overlay>(proposal));
  EXPECT_EQ(snapshots.size(), 1U);
  EXPECT_EQ(registry.overlay(), Overlay{});
}

TEST_F(ProposalTest, SeveralTargetsAreAddedTogetherOrNotAtAll) {
  set_files({server(kA)});
  const std::vector<NewTarget> good{{"", server(kB)}, {"vm-7", server(kC)}};
  apply(registry.propose_add("s", good));
  EXPECT_THAT(picked(), ElementsAre(kA, kB, "vm-7"));

  const std::vector<NewTarget> twice{{"x", server("10.0.0.9:80")}, {"y", server("10.0.0.9:80")}};
  EXPECT_EQ(refusal_of(registry.propose_add("s", twice)), Refusal::Kind::already_exists);
  EXPECT_THAT(picked(), ElementsAre(kA, kB, "vm-7"));
}

TEST_F(ProposalTest, AddedTargetsJoinUnderTheirIdOrAddress) {
  set_files({server(kA)});

  apply(registry.propose_add("s", "", server(kB, 4)));
  apply(registry.propose_add("s", "vm-7", server(kC)));

  EXPECT_THAT(picked(), ElementsAre(kA, kB, "vm-7"));
  EXPECT_EQ(view(kB)->origin, Origin::admin);
  EXPECT_EQ(view(kB)->weight, 4U);
  set_files({server(kA), server("10.0.0.4:80")});  // a reload does not take them out
  EXPECT_THAT(picked(), UnorderedElementsAre(kA, kB, "vm-7", "10.0.0.4:80"));
}

TEST_F(ProposalTest, AddingTheSameAgainIsFineAndAWeightIsTaken) {
  set_files({server(kA)});

  apply(registry.propose_add("s", kA, server(kA)));
  EXPECT_EQ(registry.overlay(), Overlay{});
  EXPECT_EQ(snapshots.size(), 1U);
  const TargetRef a = state_of(kA);
  apply(registry.propose_add("s", kA, server(kA, 9)));
  EXPECT_EQ(view(kA)->weight, 9U);
  EXPECT_EQ(state_of(kA), a);
  apply(registry.propose_add("s", kA, server(kA)));
  EXPECT_EQ(registry.overlay(), Overlay{});
}

TEST_F(ProposalTest, RefusesWhatCannotBe) {
  set_files({server(kA)});

  EXPECT_EQ(refusal_of(registry.propose_add("t", "", server(kB))), Refusal::Kind::no_such_service);
  EXPECT_EQ(refusal_of(registry.propose_add("s", kA, server(kB))), Refusal::Kind::already_exists);
  EXPECT_EQ(refusal_of(registry.propose_add("s", "x", server(kA))), Refusal::Kind::already_exists);
  EXPECT_EQ(refusal_of(registry.propose_remove("t", kA)), Refusal::Kind::no_such_service);
  EXPECT_EQ(refusal_of(registry.propose_remove("s", kB)), Refusal::Kind::no_such_target);
  EXPECT_EQ(refusal_of(registry.propose_drain("s", kB)), Refusal::Kind::no_such_target);
  EXPECT_EQ(refusal_of(registry.propose_undrain("s", kB)), Refusal::Kind::no_such_target);
  EXPECT_EQ(refusal_of(registry.propose_servers("t", {server(kB)})),
            Refusal::Kind::no_such_service);
  EXPECT_EQ(refusal_of(registry.propose_servers("s", {})), Refusal::Kind::bad_request);
}

TEST_F(ProposalTest, RemovingAFilesTargetIsATombstoneThatReloadsKeep) {
  set_files({server(kA), server(kB)});

  apply(registry.propose_remove("s", kB));

  EXPECT_THAT(picked(), ElementsAre(kA));
  EXPECT_EQ(view(kB)->reason, "removed by the API");
  conf::DynamicConfig files = files_with({server(kA), server(kB)});
  files.routers.at("r").rule = "PathPrefix(`/s`)";
  registry.set_files(files, now);
  EXPECT_THAT(picked(), ElementsAre(kA));
}

TEST_F(ProposalTest, TombstonesEndWhenTheServicesEntryChanges) {
  set_files({server(kA), server(kB)});
  apply(registry.propose_remove("s", kB));
  adopt();

  set_files({server(kA), server(kB), server(kC)});

  EXPECT_THAT(picked(), UnorderedElementsAre(kA, kB, kC));
  EXPECT_EQ(registry.overlay(), Overlay{});
}

TEST_F(ProposalTest, TombstonesThatAreOlderThanTheFilesEndAtStart) {
  Overlay overlay;
  overlay.services["s"].removed = {kA};
  overlay.services["s"].file_servers = {server(kA)};
  registry.set_overlay(overlay, now);
  EXPECT_EQ(registry.overlay(), overlay);

  set_files({server(kA), server(kB)});

  EXPECT_THAT(picked(), ElementsAre(kA, kB));
}

TEST_F(ProposalTest, TombstonesOutliveARestartAndAnAbsence) {
  Overlay overlay;
  overlay.services["s"].removed = {kA};
  overlay.services["s"].file_servers = {server(kA), server(kB)};
  registry.set_overlay(overlay, now);

  registry.set_files({}, now);
  EXPECT_EQ(registry.overlay(), overlay);
  set_files({server(kA), server(kB)});

  EXPECT_THAT(picked(), ElementsAre(kB));
}

TEST_F(ProposalTest, AddingARemovedTargetLiftsTheTombstoneAndCancelsItsDrain) {
  set_files({server(kA), server(kB)});
  const TargetRef b = state_of(kB);
  b->in_flight = 1;
  apply(registry.propose_remove("s", kB));

  apply(registry.propose_add("s", kB, server(kB)));

  EXPECT_EQ(registry.overlay(), Overlay{});
  EXPECT_EQ(state_of(kB), b);
  EXPECT_EQ(phase(kB), Phase::serving);
}

TEST_F(ProposalTest, RemovingTwiceIsFine) {
  set_files({server(kA), server(kB)});
  apply(registry.propose_add("s", "x", server(kC)));
  state_of("x")->in_flight = 1;

  apply(registry.propose_remove("s", kB));
  apply(registry.propose_remove("s", kB));
  apply(registry.propose_remove("s", "x"));
  apply(registry.propose_remove("s", "x"));
  apply(registry.propose_drain("s", "x"));
  const Proposal undrain = registry.propose_undrain("s", "x");

  ASSERT_EQ(refusal_of(undrain), Refusal::Kind::no_such_target);
  EXPECT_THAT(std::get<Refusal>(undrain).message, HasSubstr("is being removed"));
  EXPECT_THAT(picked(), ElementsAre(kA));
}

TEST_F(ProposalTest, ADrainedTargetStaysListedAsGone) {
  set_files({server(kA), server(kB)});
  adopt();

  apply(registry.propose_drain("s", kB));
  apply(registry.propose_drain("s", kB));
  EXPECT_EQ(phase(kB), Phase::draining);
  EXPECT_EQ(view(kB)->reason, "drained by the API");
  adopt();

  EXPECT_EQ(phase(kB), Phase::gone);
  registry.tick(now);
  adopt();
  EXPECT_EQ(phase(kB), Phase::gone);
  EXPECT_EQ(count(Event::Kind::gone), 1U);
  set_files({server(kA), server(kB), server(kC)});
  EXPECT_EQ(phase(kB), Phase::gone);
}

TEST_F(ProposalTest, UndrainingAGoneTargetBeginsANewLife) {
  set_files({server(kA), server(kB)});
  const TargetRef old = state_of(kB);
  apply(registry.propose_drain("s", kB));
  adopt();
  registry.tick(now);
  adopt();

  apply(registry.propose_undrain("s", kB));

  EXPECT_EQ(phase(kB), Phase::serving);
  EXPECT_NE(state_of(kB), old);
  EXPECT_THAT(picked(), ElementsAre(kA, kB));  // at its old place
  EXPECT_EQ(registry.overlay(), Overlay{});
}

TEST_F(ProposalTest, UndrainingEarlierCancelsTheDrain) {
  set_files({server(kA), server(kB)});
  const TargetRef b = state_of(kB);
  apply(registry.propose_drain("s", kB));

  apply(registry.propose_undrain("s", kB));

  EXPECT_EQ(state_of(kB), b);
  EXPECT_TRUE(last(Event::Kind::drained).drain->was_cancelled);
}

TEST_F(ProposalTest, RemovingADrainedTargetRemovesItFully) {
  set_files({server(kA), server(kB)});
  apply(registry.propose_drain("s", kB));
  adopt();
  ASSERT_EQ(phase(kB), Phase::gone);

  apply(registry.propose_remove("s", kB));

  EXPECT_FALSE(view(kB).has_value());
  EXPECT_TRUE(registry.overlay().services.at("s").drained.empty());
}

TEST_F(ProposalTest, ADrainMarkEndsWhenTheFilesDropTheTarget) {
  set_files({server(kA), server(kB)});
  apply(registry.propose_drain("s", kB));

  set_files({server(kA)});
  adopt();

  EXPECT_FALSE(view(kB).has_value());
  EXPECT_EQ(registry.overlay(), Overlay{});
}

TEST_F(ProposalTest, AfterARestartADrainedTargetGetsNoRequests) {
  Overlay overlay;
  overlay.services["s"].drained = {kB};
  registry.set_overlay(overlay, now);

  set_files({server(kA), server(kB)});

  EXPECT_THAT(picked(), ElementsAre(kA));
  adopt();
  EXPECT_EQ(phase(kB), Phase::gone);
}

TEST_F(ProposalTest, AnotherUrlUnderTheSameIdIsAnotherTarget) {
  set_files({server(kA)});
  apply(registry.propose_add("s", "vm", server(kB)));
  const TargetRef old = state_of("vm");
  old->in_flight = 1;
  Overlay overlay = registry.overlay();
  overlay.services.at("s").added.at("vm").server = server(kC);

  registry.set_overlay(overlay, now);

  EXPECT_THAT(picked(), ElementsAre(kA, "vm"));
  EXPECT_EQ(snapshots.back()->services[0].targets[1].authority, kC);
  EXPECT_THAT(snapshots.back()->draining, ElementsAre(old));
}

TEST_F(ProposalTest, TheWholeListBecomesTheTruth) {
  set_files({server(kA), server(kB)});
  apply(registry.propose_add("s", "vm-1", server("10.0.0.8:80")));
  apply(registry.propose_add("s", "vm-2", server("10.0.0.9:80")));

  apply(registry.propose_servers("s", {server(kB), server("10.0.0.9:80"), server(kC), server(kC)}));

  EXPECT_THAT(picked(), UnorderedElementsAre(kB, "vm-2", kC));
  apply(registry.propose_servers("s", {server(kA), server(kB)}));
  EXPECT_THAT(picked(), UnorderedElementsAre(kA, kB));
  EXPECT_EQ(registry.overlay(), Overlay{});
}

TEST_F(ProposalTest, TheWholeListNeverRemovesWhatTheAutoscalerAdded) {
  set_files({server(kA)});
  Overlay overlay;
  overlay.services["s"].added["vm"] = {server(kB), Origin::autoscale};
  registry.set_overlay(overlay, now);

  adopt();
  // One that scaling made is used once it accepts connections.
  for (const CheckedTarget& one : registry.checked_targets()) {
    registry.checked(one.target, {.fault = ""}, now);
  }

  apply(registry.propose_servers("s", {server(kC)}));

  EXPECT_THAT(picked(), UnorderedElementsAre("vm", kC));
}

// Whoever names a target wants it to serve.
TEST_F(ProposalTest, NamingATargetEndsItsDrain) {
  set_files({server(kA), server(kB)});

  apply(registry.propose_drain("s", kB));
  apply(registry.propose_servers("s", {server(kA), server(kB)}));
  EXPECT_THAT(picked(), ElementsAre(kA, kB));

  apply(registry.propose_drain("s", kB));
  apply(registry.propose_add("s", "", server(kB)));
  EXPECT_THAT(picked(), ElementsAre(kA, kB));
}

TEST_F(ProposalTest, RefusalsNameTheNearestService) {
  conf::DynamicConfig files;
  files.services["calculate"].name = "calculate";
  registry.set_files(files, now);

  const Proposal proposal = registry.propose_remove("calcualte", kA);

  ASSERT_EQ(refusal_of(proposal), Refusal::Kind::no_such_service);
  EXPECT_THAT(std::get<Refusal>(proposal).message, HasSubstr("did you mean 'calculate'?"));
}

}  // namespace
}  // namespace gapura::balancer
