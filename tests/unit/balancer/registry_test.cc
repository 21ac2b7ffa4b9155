#include "balancer/registry.h"

#include <gmock/gmock.h>

#include "tests/unit/balancer/registry_fixture.h"

namespace gapura::balancer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using RegistryTest = RegistryFixture;

TEST_F(RegistryTest, PublishesTheFilesAsVersionOne) {
  set_files({server(kA, 3), server(kB)});

  ASSERT_EQ(snapshots.size(), 1U);
  const Snapshot& snapshot = *snapshots[0];
  EXPECT_EQ(snapshot.version, Version{1});
  EXPECT_EQ(registry.version(), Version{1});
  ASSERT_EQ(snapshot.services.size(), 1U);
  EXPECT_EQ(snapshot.services[0].label, "s@file");
  ASSERT_EQ(snapshot.services[0].targets.size(), 2U);
  EXPECT_EQ(snapshot.services[0].targets[0].authority, kA);
  EXPECT_EQ(snapshot.services[0].targets[0].weight, 3U);
  EXPECT_EQ(snapshot.services[0].targets[0].endpoint.to_string(), kA);
  EXPECT_EQ(snapshot.target_slots, 2U);
  ASSERT_EQ(snapshot.routes.size(), 1U);
  const routing::Route* route = snapshot.routes[0].match({"GET", "h", "/s", {}});
  ASSERT_NE(route, nullptr);
  EXPECT_EQ(route->name, "r@file");
  EXPECT_EQ(route->priority, 10);
  EXPECT_EQ(count(Event::Kind::joined), 2U);
  EXPECT_EQ(phase(kA), Phase::serving);
}

TEST_F(RegistryTest, NothingIsPublishedBeforeTheFilesAreKnown) {
  Overlay overlay;
  overlay.services["s"].added["x"] = {server(kC), Origin::admin};
  registry.set_overlay(overlay, now);
  EXPECT_THAT(snapshots, IsEmpty());

  set_files({server(kA)});

  EXPECT_THAT(picked(), ElementsAre(kA, "x"));
  EXPECT_EQ(snapshots.size(), 1U);
}

TEST_F(RegistryTest, EqualFilesPublishNothing) {
  set_files({server(kA)});
  set_files({server(kA)});
  conf::DynamicConfig reordered = files_with({server(kA)});
  reordered.routers.at("r").where.line = 7;  // a line that moved
  registry.set_files(reordered, now);

  EXPECT_EQ(snapshots.size(), 1U);
  EXPECT_EQ(registry.version(), Version{1});
}

TEST_F(RegistryTest, KeepsTheStateOfTargetsThatStay) {
  set_files({server(kA), server(kB)});
  const TargetRef a = state_of(kA);
  const TargetRef b = state_of(kB);

  set_files({server(kB, 5), server(kC), server(kA)});

  EXPECT_EQ(state_of(kA), a);
  EXPECT_EQ(state_of(kB), b);
  EXPECT_EQ(snapshots.back()->services[0].targets[1].weight, 5U);
  EXPECT_THAT(picked(), ElementsAre(kA, kB, kC));
}

TEST_F(RegistryTest, AMissingTargetDrainsAndIsForgotten) {
  set_files({server(kA), server(kB)});
  adopt();
  const TargetRef b = state_of(kB);
  b->in_flight = 1;

  set_files({server(kA)});

  EXPECT_TRUE(b->is_draining);
  EXPECT_THAT(picked(), ElementsAre(kA));
  EXPECT_THAT(draining(), ElementsAre(kB));
  EXPECT_EQ(view(kB)->reason, "taken out of the files");
  adopt();
  EXPECT_EQ(phase(kB), Phase::draining);
  pass(Milliseconds(1'500));
  b->finished_while_draining = 1;
  b->in_flight = 0;
  registry.went_idle(b, now);
  EXPECT_FALSE(view(kB).has_value());
  const Event& drained = last(Event::Kind::drained);
  ASSERT_TRUE(drained.drain.has_value());
  EXPECT_EQ(drained.drain->id, kB);
  EXPECT_EQ(drained.drain->took, Milliseconds(1'500));
  EXPECT_EQ(drained.drain->finished, 1U);
  EXPECT_EQ(drained.drain->cut, 0U);
  EXPECT_FALSE(drained.drain->was_cancelled);
  EXPECT_EQ(last(Event::Kind::gone).target.phase, Phase::gone);
}

TEST_F(RegistryTest, AnIdleTargetIsNotGoneBeforeTheWorkerAdopted) {
  set_files({server(kA), server(kB)});
  adopt();
  const TargetRef b = state_of(kB);
  set_files({server(kA)});

  registry.went_idle(b, now);
  registry.tick(now);
  registry.worker_adopted(0, Version{1}, now);
  EXPECT_EQ(phase(kB), Phase::draining);
  registry.worker_adopted(0, Version{2}, now);

  EXPECT_FALSE(view(kB).has_value());
}

TEST_F(RegistryTest, WhatComesBackWhileItDrainsGoesOnServing) {
  set_files({server(kA), server(kB)});
  const TargetRef b = state_of(kB);
  b->in_flight = 1;
  set_files({server(kA)});
  pass(Milliseconds(10));

  set_files({server(kA), server(kB)});

  EXPECT_EQ(phase(kB), Phase::serving);
  EXPECT_EQ(state_of(kB), b);
  EXPECT_FALSE(b->is_draining);
  EXPECT_THAT(draining(), IsEmpty());
  EXPECT_TRUE(last(Event::Kind::drained).drain->was_cancelled);
  EXPECT_EQ(last(Event::Kind::phase_changed).from, Phase::draining);
  b->in_flight = 0;
  registry.went_idle(b, now);
  adopt();
  EXPECT_EQ(phase(kB), Phase::serving);
}

TEST_F(RegistryTest, ASuspendedTargetThatComesBackIsStillSuspended) {
  set_files({server(kA), server(kB)});
  registry.connect_failed(state_of(kB), "refused", now);
  set_files({server(kA)});

  set_files({server(kA), server(kB)});

  EXPECT_EQ(phase(kB), Phase::suspended);
  EXPECT_EQ(registry.suspended_targets().size(), 1U);
}

TEST_F(RegistryTest, SuspendsOnAConnectFailureAndServesAgainAfterASuccess) {
  set_files({server(kA), server(kB)});
  const TargetRef a = state_of(kA);
  a->is_suspended = true;  // by the worker

  registry.connect_failed(a, "connection refused", now);

  EXPECT_EQ(phase(kA), Phase::suspended);
  EXPECT_EQ(view(kA)->reason, "connection refused");
  EXPECT_THAT(registry.suspended_targets(), ElementsAre(a));
  registry.connect_succeeded(a, now);
  EXPECT_EQ(phase(kA), Phase::serving);
  EXPECT_FALSE(a->is_suspended);
  EXPECT_THAT(registry.suspended_targets(), IsEmpty());
  EXPECT_EQ(snapshots.size(), 1U);  // the flag is enough
}

TEST_F(RegistryTest, AFailureThatArrivesAfterTheFlagWasClearedSetsItAgain) {
  set_files({server(kA)});
  const TargetRef a = state_of(kA);

  registry.connect_failed(a, "refused", now);

  EXPECT_TRUE(a->is_suspended);
}

TEST_F(RegistryTest, ConnectReportsOfDrainingAndForgottenTargetsAreIgnored) {
  set_files({server(kA), server(kB)});
  const TargetRef b = state_of(kB);
  b->in_flight = 1;
  set_files({server(kA)});

  registry.connect_failed(b, "refused", now);
  registry.connect_succeeded(b, now);
  EXPECT_EQ(phase(kB), Phase::draining);
  b->in_flight = 0;
  adopt();
  events.clear();
  registry.connect_failed(b, "refused", now);
  registry.went_idle(b, now);

  EXPECT_THAT(events, IsEmpty());
}

TEST_F(RegistryTest, AServiceThatDisappearsDrainsAndKeepsItsSlotWhenItReturns) {
  set_files({server(kA)});
  adopt();
  const ServiceSlot slot = snapshots.back()->services[0].slot;
  const TargetRef a = state_of(kA);
  a->in_flight = 1;
  registry.set_files({}, now);
  adopt();
  EXPECT_THAT(registry.services(now)[0].fault, HasSubstr("in no file"));
  EXPECT_EQ(phase(kA), Phase::draining);

  a->in_flight = 0;
  registry.went_idle(a, now);
  EXPECT_THAT(registry.services(now), IsEmpty());
  set_files({server(kA)});

  EXPECT_EQ(snapshots.back()->services[0].slot, slot);
  EXPECT_NE(state_of(kA), a);
}

TEST_F(RegistryTest, SlotsAreReusedOnlyAfterEveryWorkerForgotTheTarget) {
  set_files({server(kA), server(kB)});
  adopt();
  const TargetSlot slot = state_of(kB)->slot;
  set_files({server(kA)});
  adopt();  // gone, but still in the snapshot's draining list
  ASSERT_FALSE(view(kB).has_value());
  apply(registry.propose_add("s", "early", server("10.0.0.8:80")));
  EXPECT_NE(state_of("early")->slot, slot);
  EXPECT_THAT(draining(), IsEmpty());
  adopt();

  apply(registry.propose_add("s", "late", server("10.0.0.9:80")));

  EXPECT_EQ(state_of("late")->slot, slot);
}

TEST_F(RegistryTest, ATickPublishesThatAGoneTargetMayBeForgotten) {
  set_files({server(kA), server(kB)});
  set_files({server(kA)});
  adopt();
  const std::size_t published = snapshots.size();

  registry.tick(now);
  registry.tick(now);

  EXPECT_EQ(snapshots.size(), published + 1);
  EXPECT_THAT(draining(), IsEmpty());
}

TEST_F(RegistryTest, BrokenRulesDisableTheirRouterAndSayWhere) {
  conf::DynamicConfig files = files_with({server(kA)});
  conf::RouterConfig& bad = files.routers["bad"];
  bad.name = "bad";
  bad.rule = "Path('/x')";
  bad.service = "s";
  bad.where.file = "f.yml";
  bad.where.line = 3;

  const conf::Problems problems = registry.set_files(files, now);

  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].file, "f.yml");
  EXPECT_EQ(problems[0].line, 3);
  EXPECT_EQ(problems[0].severity, conf::Severity::error);
  EXPECT_EQ(problems[0].path, "http.routers.bad.rule");
  EXPECT_THAT(problems[0].message, HasSubstr("column 6 of the rule: single quotes"));
  EXPECT_EQ(snapshots.back()->routes[0].size(), 1U);
  ASSERT_EQ(registry.routers().size(), 2U);
  EXPECT_EQ(registry.routers()[0].name, "bad@file");
  EXPECT_THAT(registry.routers()[0].fault, HasSubstr("single quotes"));
  EXPECT_EQ(registry.set_files(files, now), problems);  // once more when asked once more
}

TEST_F(RegistryTest, FaultyRoutersAndServicesAreListedButNotServed) {
  conf::DynamicConfig files = files_with({server(kA)});
  files.routers.at("r").fault = "middlewares are not built yet";
  conf::ServiceConfig& bad = files.services["bad"];
  bad.name = "bad";
  bad.fault = "strategy p2c is not built yet";
  conf::RouterConfig& to_bad = files.routers["to-bad"];
  to_bad.name = "to-bad";
  to_bad.rule = "Path(`/bad`)";
  to_bad.service = "bad";

  registry.set_files(files, now);

  EXPECT_EQ(snapshots.back()->services.size(), 1U);
  EXPECT_EQ(snapshots.back()->routes[0].size(), 0U);
  EXPECT_EQ(registry.services(now).size(), 2U);
  EXPECT_EQ(registry.services(now)[0].fault, "strategy p2c is not built yet");
  EXPECT_EQ(registry.routers()[0].fault, "middlewares are not built yet");
  EXPECT_EQ(registry.routers()[1].fault, "service 'bad' is disabled");
}

TEST_F(RegistryTest, RoutesNameTheRightServiceAfterAnotherOneCame) {
  set_files({server(kA)});
  conf::DynamicConfig files = files_with({server(kA)});
  files.services["a"].name = "a";  // sorts before "s"

  registry.set_files(files, now);

  const Snapshot& snapshot = *snapshots.back();
  const routing::Route* route = snapshot.routes[0].match({"GET", "h", "/s", {}});
  ASSERT_NE(route, nullptr);
  EXPECT_EQ(snapshot.services[route->service].name, "s");
}

TEST_F(RegistryTest, RoutersUseTheirEntryPointsOrTheDefaultOnes) {
  Registry several({entry_point("admin"), entry_point("web", true), entry_point("alt", true)}, 1,
                   {[this](SnapshotPtr s) { snapshots.push_back(std::move(s)); }, {}, {}});
  conf::DynamicConfig files = files_with({server(kA)});
  conf::RouterConfig& named = files.routers["named"];
  named.name = "named";
  named.rule = "Path(`/n`)";
  named.service = "s";
  named.entry_points = {"alt", "admin"};
  conf::RouterConfig lost = named;
  lost.name = "lost";
  lost.entry_points = {"nowhere"};
  files.routers["lost"] = lost;

  several.set_files(files, now);

  const auto& routes = snapshots.back()->routes;
  EXPECT_EQ(routes[0].size(), 1U);
  EXPECT_EQ(routes[1].size(), 1U);
  EXPECT_EQ(routes[2].size(), 2U);
  const std::vector<RouterView> views = several.routers();
  EXPECT_THAT(views[0].fault, HasSubstr("none of its entry points"));
  EXPECT_THAT(views[1].entry_points, ElementsAre("admin", "alt"));
  EXPECT_THAT(views[2].entry_points, ElementsAre("web", "alt"));
}

TEST_F(RegistryTest, TheOldestWorkerDecidesWhatAllHaveAdopted) {
  Registry two({entry_point("web")}, 2, {});
  two.set_files(files_with({server(kA)}), now);

  EXPECT_EQ(two.adopted_by_all(), Version{});
  two.worker_adopted(1, Version{1}, now);
  EXPECT_EQ(two.adopted_by_all(), Version{});
  two.worker_adopted(0, Version{1}, now);
  two.worker_adopted(7, Version{9}, now);  // there is no such worker
  EXPECT_EQ(two.adopted_by_all(), Version{1});
}

TEST_F(RegistryTest, ViewsTellTheTimeInAPhaseAndWhatIsInFlight) {
  set_files({server(kA, 2)});
  state_of(kA)->in_flight = 4;
  pass(Milliseconds(250));

  const TargetView target = *view(kA);

  EXPECT_EQ(target.url, "http://10.0.0.1:80");
  EXPECT_EQ(target.in_phase_for, Milliseconds(250));
  EXPECT_EQ(target.in_flight, 4U);
  EXPECT_EQ(target.weight, 2U);
  EXPECT_EQ(target.origin, Origin::file);
  EXPECT_EQ(registry.services(now)[0].strategy, "wrr");
}

TEST_F(RegistryTest, TenThousandTargetsComeAndGoWithOneSnapshotEach) {
  std::vector<conf::Server> servers;
  for (int i = 0; i < 10'000; ++i) {
    const std::string host = "10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250);
    servers.push_back(server(host + ":80"));
  }
  set_files(servers);
  EXPECT_EQ(picked().size(), 10'000U);
  adopt();

  set_files({server(kA)});
  EXPECT_EQ(snapshots.size(), 2U);
  adopt();
  registry.tick(now);

  EXPECT_EQ(count(Event::Kind::gone), 10'000U);
  EXPECT_EQ(registry.services(now)[0].targets.size(), 1U);
  EXPECT_EQ(snapshots.size(), 3U);
}

}  // namespace
}  // namespace gapura::balancer
