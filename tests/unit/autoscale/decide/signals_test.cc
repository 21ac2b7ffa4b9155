#include <gtest/gtest.h>

#include "tests/unit/autoscale/decide/stage.h"

namespace gapura::autoscale {
namespace {

using std::chrono::seconds, std::chrono::minutes, std::chrono::hours;

conf::Autoscale up_to(std::uint32_t max) {
  conf::Autoscale policy;
  policy.max = max;
  return policy;
}

TEST(ScaleFromZero, OneIsMadeAtOnceAndGoesAfterAWholeQuietWindow) {
  conf::Autoscale policy = by_concurrency();
  policy.min = 0;
  policy.up_window = minutes(5);
  policy.up_cooldown = minutes(5);
  Stage stage(policy);
  stage.sample.serving = 0;
  EXPECT_EQ(stage.run(hours(1)).to, 0U);
  stage.sample.queued = 1;
  stage.sample.arrived = 1;
  const Decision decision = stage.tick();
  EXPECT_EQ(decision.reason, "from 0 to 1: a request waits and there is no target");
  stage.sample.queued = 0;
  stage.load(0.2);
  stage.run(minutes(1));
  stage.load(0);

  EXPECT_EQ(stage.run(minutes(9)).to, 1U);
  stage.run(minutes(2));
  EXPECT_EQ(stage.sample.serving, 0U);
}

TEST(ScaleFromZero, ARequestThatRunsKeepsTheLastOne) {
  conf::Autoscale policy = by_concurrency();
  policy.min = 0;
  Stage stage(policy);
  stage.load(0);
  stage.sample.in_flight = 1;  // a WebSocket, say

  EXPECT_EQ(stage.run(hours(2)).to, 1U);
}

TEST(ScaleFromZero, WorksWithoutAnySignal) {
  conf::Autoscale policy = up_to(3);
  policy.min = 0;
  Stage stage(policy);
  stage.sample.serving = 0;
  stage.sample.arrived = 1;
  EXPECT_EQ(stage.tick().to, 1U);
  stage.sample.arrived = 0;
  EXPECT_EQ(stage.run(minutes(15)).to, 0U);
}

TEST(QueueWait, AsksForATenthMoreOnceTheLastOnesWereSeenToNotDo) {
  conf::Autoscale policy = up_to(40);
  policy.queue_wait = Milliseconds(500);
  Stage stage(policy);
  stage.sample.serving = 20;
  stage.load(100);
  stage.sample.queue_waits = 100;
  stage.sample.queue_wait_s = 80;

  EXPECT_EQ(stage.run(seconds(14)).to, 20U);
  EXPECT_EQ(stage.tick().to, 22U);
  EXPECT_EQ(stage.run(seconds(14)).to, 22U);
  EXPECT_EQ(stage.tick().to, 24U);
}

TEST(QueueWait, AQueueThatNobodyLeavesIsLong) {
  conf::Autoscale policy = up_to(5);
  policy.queue_wait = Milliseconds(500);
  Stage stage(policy);
  stage.sample.queued = 3;

  stage.run(seconds(20));

  EXPECT_EQ(stage.sample.serving, 2U);
}

TEST(QueueWait, WaitsThatAGrowthHasMadeGoodCountNoMoreAfterARemoval) {
  conf::Autoscale policy = up_to(5);
  policy.queue_wait = Milliseconds(500);
  policy.down_window = seconds(20);
  policy.down_cooldown = seconds(0);
  Stage stage(policy);
  stage.load(10);
  stage.sample.queue_waits = 10;
  stage.sample.queue_wait_s = 8;
  stage.run(seconds(15));
  ASSERT_EQ(stage.sample.serving, 2U);
  stage.sample.queue_waits = stage.sample.queue_wait_s = 0;

  std::vector<std::string> changes;
  for (int i = 0; i < 120; ++i) {
    const Decision decision = stage.tick();
    if (decision.is_change()) changes.push_back(decision.reason);
  }

  EXPECT_EQ(stage.sample.serving, 1U);
  EXPECT_EQ(changes.size(), 1U) << changes.back();
}

TEST(QueueWait, AloneItLetsOneGoAWindow) {
  conf::Autoscale policy = up_to(5);
  policy.queue_wait = Milliseconds(500);
  Stage stage(policy);
  stage.sample.serving = 5;
  stage.load(10);

  stage.run(minutes(19));
  EXPECT_EQ(stage.sample.serving, 4U);
  stage.run(minutes(2));
  EXPECT_EQ(stage.sample.serving, 3U);
}

TEST(Latency, GoesByItsPercentile) {
  conf::Autoscale policy = up_to(5);
  policy.latency = conf::LatencySignal{.percentile = 90, .most = Milliseconds(1'000)};
  Stage stage(policy);
  stage.load(20);
  stage.sample.bounds_s = {0.5, 2};
  stage.sample.latencies = {91, 9, 0};
  Decision decision = stage.run(minutes(1));
  EXPECT_EQ(decision.to, 1U);
  EXPECT_NEAR(*vote_of(decision, "latency")->value, 0.4945, 0.001);

  stage.sample.latencies = {50, 40, 10};
  decision = stage.run(minutes(1));
  EXPECT_NEAR(*vote_of(decision, "latency")->value, 2, 0.001);
  EXPECT_GT(decision.to, 1U);
}

TEST(Latency, FewRequestsSayNothing) {
  conf::Autoscale policy = up_to(5);
  policy.latency = conf::LatencySignal{};
  Stage stage(policy);
  stage.sample.bounds_s = {0.5, 2};
  stage.sample.latencies = {0, 0, 0.3};  // 18 a minute

  EXPECT_EQ(stage.run(minutes(1)).to, 1U);
}

TEST(Resources, AskInProportionAndByTheGuard) {
  conf::Autoscale policy = up_to(9);
  policy.resources.push_back({.kind = conf::ResourceSignal::Kind::memory, .down = {}});
  Stage stage(policy);
  stage.sample.serving = 3;
  stage.sample.memory = 95;
  EXPECT_EQ(stage.tick().to, 5U);  // 285 / 70
  stage.sample.memory = 52;        // five at 52 are four at 65: 51 is safe
  EXPECT_EQ(stage.run(hours(1)).to, 5U);
  stage.sample.memory = 50;
  EXPECT_EQ(stage.run(minutes(15)).to, 4U);
}

TEST(Resources, AMeanOverOldTimesIsNotAppliedToNewcomers) {
  conf::Autoscale policy = up_to(9);
  policy.resources.push_back({.down = {}});
  Stage stage(policy);
  stage.sample.cpu = 100;
  EXPECT_EQ(stage.tick().to, 2U);

  EXPECT_EQ(stage.run(seconds(110)).to, 2U);  // still measured on one, for the most part
  EXPECT_EQ(stage.run(seconds(20)).to, 3U);
}

TEST(Resources, MachinesThatSayNothingKeepEverybody) {
  conf::Autoscale policy = up_to(9);
  policy.resources.push_back({});
  Stage stage(policy);
  stage.sample.serving = 3;
  stage.sample.cpu = 10;
  stage.sample.has_all_nodes = false;
  EXPECT_EQ(stage.run(hours(1)).to, 3U);
  stage.sample.cpu = 90;
  EXPECT_GT(stage.tick().to, 3U) << "those that speak are enough for more";
}

TEST(Resources, AFixedThresholdIsTheSeedsRule) {
  conf::Autoscale policy = up_to(9);
  policy.resources.push_back({.down = 30});
  Stage stage(policy);
  stage.sample.serving = 5;
  stage.sample.cpu = 40;  // by the guard four would do
  EXPECT_EQ(stage.run(hours(1)).to, 5U);
  stage.sample.cpu = 29;
  EXPECT_EQ(stage.run(minutes(20)).to, 4U);
}

TEST(Queries, AreTotalsOrAverages) {
  conf::Autoscale policy = up_to(9);
  policy.queries.push_back({.name = "jobs",
                            .server = {},
                            .query = {},
                            .target = 10,
                            .is_total = true,
                            .token_file = {}});
  Stage stage(policy);
  stage.sample.queries["jobs"] = 42;
  EXPECT_EQ(stage.tick().to, 5U);
  stage.policy.queries[0].is_total = false;
  stage.sample.queries["jobs"] = 14;
  EXPECT_EQ(stage.tick().to, 7U);
  stage.sample.queries["jobs"] = std::nullopt;
  EXPECT_EQ(stage.run(hours(1)).to, 7U);
  stage.sample.queries["jobs"] = 0;
  EXPECT_EQ(stage.run(minutes(20)).to, 1U);
}

TEST(Alerts, AskOnceAPause) {
  Stage stage(up_to(9));
  stage.sample.alerts_up = 2;

  EXPECT_EQ(stage.tick().to, 3U);
  EXPECT_EQ(stage.run(seconds(59)).to, 3U);
  stage.tick();
  EXPECT_EQ(stage.sample.serving, 5U);
}

TEST(Alerts, ThePauseIsABootAtLeast) {
  Stage stage(up_to(9));
  stage.history.add_boot(minutes(3));
  stage.sample.alerts_up = 1;
  stage.tick();

  EXPECT_EQ(stage.run(seconds(179)).to, 2U);
  stage.tick();
  EXPECT_EQ(stage.sample.serving, 3U);
}

TEST(Alerts, ThatResolveRemoveNothing) {
  Stage stage(up_to(9));
  stage.sample.alerts_up = 1;
  stage.tick();
  stage.sample.alerts_up = 0;

  EXPECT_EQ(stage.run(hours(3)).to, 2U);
}

TEST(Alerts, WithoutSignalsOfLoadAskForFewerToo) {
  Stage stage(up_to(9));
  stage.sample.serving = 4;
  stage.run(minutes(11));
  stage.sample.alerts_down = 1;

  EXPECT_EQ(stage.tick().to, 3U);
  EXPECT_TRUE(is_limited(stage.tick(), "cooldown"));
  EXPECT_EQ(stage.run(minutes(5)).to, 1U);
}

TEST(Alerts, DoNotOverruleTheLoad) {
  Stage stage(by_concurrency());
  stage.sample.serving = 3;
  stage.load(36);
  stage.sample.alerts_down = 1;
  EXPECT_EQ(stage.run(hours(1)).to, 3U);
  stage.sample.alerts_down = 0;
  stage.sample.alerts_up = 1;
  stage.policy.max = 3;
  stage.load(1);
  EXPECT_EQ(stage.run(hours(1)).to, 3U);  // firing up agrees to nothing
}

TEST(Schedule, HoldsAMinimumWhileItLasts) {
  conf::Autoscale policy = by_concurrency();
  std::string fault;
  conf::ScheduledMinimum minimum{.cron = "0 7 * * *",
                                 .zone = "Asia/Jakarta",
                                 .begins = {},
                                 .clock = {},
                                 .lasts = hours(2),
                                 .min = 4};
  minimum.begins = conf::Cron::parse(minimum.cron, &fault).value();
  minimum.clock = conf::TimeZone::load(minimum.zone, &fault).value();
  policy.schedule.push_back(minimum);
  policy.up_cooldown = hours(1);
  Stage stage(policy);
  stage.load(1);
  // 06:55 in Jakarta.
  stage.sample.wall =
      std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) + hours(23) + minutes(55);

  EXPECT_EQ(stage.run(minutes(4)).to, 1U);
  stage.run(minutes(2));
  EXPECT_EQ(stage.sample.serving, 4U);
  EXPECT_EQ(stage.run(minutes(118)).to, 4U);
  EXPECT_EQ(stage.run(minutes(16)).to, 1U);
}

TEST(Schedule, AloneDecidesInBothDirections) {
  conf::Autoscale policy = up_to(9);
  std::string fault;
  policy.schedule.push_back({.cron = "* * * * *",
                             .zone = "UTC",
                             .begins = conf::Cron::parse("* * * * *", &fault).value(),
                             .clock = {},
                             .lasts = minutes(1),
                             .min = 3});
  Stage stage(policy);
  EXPECT_EQ(stage.tick().to, 3U);
  stage.policy.schedule[0].begins = conf::Cron::parse("0 0 1 1 *", &fault).value();

  EXPECT_EQ(stage.run(minutes(15)).to, 1U);
}

}  // namespace
}  // namespace gapura::autoscale
