#include "autoscale/decide/decide.h"

#include <gtest/gtest.h>

#include "tests/unit/autoscale/decide/stage.h"

namespace gapura::autoscale {
namespace {

using std::chrono::seconds, std::chrono::minutes, std::chrono::hours;

TEST(Decide, SaysNothingBeforeAnythingWasSeen) {
  const Decision decision = decide(by_concurrency(), History(TimePoint()), TimePoint());

  EXPECT_FALSE(decision.is_change());
  EXPECT_EQ(decision.reason, "stays at 0: nothing has been seen yet");
}

TEST(Decide, GoesByTheRequestsInWork) {
  Stage stage(by_concurrency());
  stage.load(40);  // 40/s of 0.2 s keep 8 in work: 2.86 targets at 2.8

  const Decision decision = stage.tick();

  EXPECT_EQ(decision.from, 1U);
  EXPECT_EQ(decision.to, 3U);
  EXPECT_EQ(decision.reason,
            "from 1 to 3: concurrency: 40 requests/s of 200 ms keep 8 in work; at 2.8 a target "
            "that needs 3");
}

TEST(Decide, CountsWhatBootsAsCapacity) {
  Stage stage(by_concurrency());
  stage.load(40);
  stage.sample.booting = 2;

  EXPECT_FALSE(stage.tick().is_change());
}

TEST(Decide, FullTargetsAreFollowedUpToTwiceTheirNumber) {
  Stage stage(by_concurrency());
  stage.is_obeyed = false;
  stage.sample.serving = 2;
  stage.load(50, 0.2);
  stage.sample.finished = 5;  // one a second: full, or held up by something else
  stage.sample.busy_s = 40;
  stage.sample.in_flight = 100;

  EXPECT_EQ(stage.run(seconds(20)).to, 4U);
}

/// A target that is full takes four times as long as one with room.
TEST(Decide, WhatFullTargetsAskForIsNotGivenBackAMomentLater) {
  conf::Autoscale policy = by_concurrency();
  policy.down_window = seconds(5);
  policy.down_cooldown = seconds(0);
  Stage stage(policy);
  stage.load(10, 0.1);
  ASSERT_EQ(stage.run(minutes(1)).to, 1U);
  stage.load(10, 0.8);
  stage.sample.in_flight = 8;
  ASSERT_EQ(stage.tick().to, 2U);
  stage.load(10, 0.1);

  for (int i = 0; i < 50; ++i) {
    const Decision decision = stage.tick();
    ASSERT_FALSE(decision.is_change()) << decision.reason;
  }
}

TEST(Decide, FullTargetsHoldBackNoMoreThanTheyAskFor) {
  Stage stage(by_concurrency());
  stage.is_obeyed = false;
  stage.sample.serving = 2;
  stage.load(50, 0.2);
  stage.sample.finished = 5;  // as above: by this it would be fifty
  stage.sample.busy_s = 40;
  stage.sample.in_flight = 100;

  EXPECT_EQ(stage.run(seconds(20)).fewest, 4U);
}

TEST(Decide, TheQueueIsATermOfItsOwn) {
  Stage stage(by_concurrency());
  stage.is_obeyed = false;
  stage.load(12);
  stage.run(minutes(1));
  stage.sample.queued = 10;  // worked off by the headroom: (12 + 0.3) / 20
  EXPECT_EQ(stage.tick().to, 1U);
  stage.sample.queued = 900;  // (12 + 30) / 20

  const Decision decision = stage.tick();

  EXPECT_EQ(decision.to, 3U);
  EXPECT_EQ(vote_of(decision, "queue")->size, 3U);
}

TEST(Decide, GoesByRequestsPerSecond) {
  conf::Autoscale policy;
  policy.max = 10;
  policy.requests_per_second = 10;
  Stage stage(policy);
  stage.load(35);

  EXPECT_EQ(stage.tick().to, 5U);
}

TEST(Decide, TheLargestVoteWins) {
  conf::Autoscale policy = by_concurrency();
  policy.requests_per_second = 10;
  Stage stage(policy);
  stage.load(40);  // 3 by concurrency, 6 by rate

  EXPECT_EQ(stage.tick().to, 6U);
}

TEST(Decide, RemovesOnlyWhatAllAgreeTo) {
  conf::Autoscale policy = by_concurrency();
  policy.requests_per_second = 10;
  Stage stage(policy);
  stage.sample.serving = 5;
  stage.load(35, 0.01);  // concurrency would do with 1

  EXPECT_EQ(stage.run(minutes(30)).to, 5U);
  stage.load(5, 0.01);
  EXPECT_EQ(stage.run(minutes(30)).to, 1U);
}

TEST(Decide, RemovesAfterAWholeWindowAndOneAtATime) {
  Stage stage(by_concurrency());
  stage.sample.serving = 4;
  stage.load(40);
  stage.run(minutes(20));
  ASSERT_EQ(stage.sample.serving, 4U);  // 8 in work leave three with 0.67 each: not below 0.63
  stage.load(4);

  const Decision before = stage.run(minutes(10));
  EXPECT_EQ(before.to, 4U);
  EXPECT_TRUE(is_limited(before, "stabilisation")) << before.reason;
  stage.run(minutes(1));
  EXPECT_EQ(stage.sample.serving, 3U);
  EXPECT_TRUE(is_limited(stage.tick(), "cooldown"));
  stage.run(minutes(1));
  EXPECT_EQ(stage.sample.serving, 2U);
}

TEST(Decide, OnePeakInTheWindowHoldsARemoval) {
  Stage stage(by_concurrency());
  stage.sample.serving = 3;
  for (int i = 0; i < 10; ++i) {
    stage.load(4);
    stage.run(minutes(5));
    stage.load(32);
    stage.run(minutes(1));
  }

  EXPECT_EQ(stage.sample.serving, 3U);
}

TEST(Decide, TheWindowIsThreeBootsAtLeast) {
  Stage stage(by_concurrency());
  stage.history.add_boot(minutes(5));

  EXPECT_EQ(effective_down_window(stage.policy, stage.history, stage.now), minutes(15));
  stage.sample.serving = 2;
  stage.load(4);
  EXPECT_EQ(stage.run(minutes(14)).to, 2U);
  stage.run(minutes(2));
  EXPECT_EQ(stage.sample.serving, 1U);
}

TEST(Decide, AfterAMistakeItWaitsTwiceAsLong) {
  Stage stage(by_concurrency());
  stage.sample.serving = 2;
  stage.load(4);
  stage.run(minutes(11));
  ASSERT_EQ(stage.sample.serving, 1U);
  stage.load(20);
  stage.run(minutes(5));
  ASSERT_EQ(stage.sample.serving, 2U);
  stage.load(4);

  EXPECT_EQ(stage.run(minutes(19)).to, 2U);
  EXPECT_EQ(stage.run(minutes(3)).to, 1U);
  stage.run(minutes(80));  // and forgets it
  EXPECT_EQ(effective_down_window(stage.policy, stage.history, stage.now), minutes(10));
}

TEST(Decide, RemovesNothingWithinAWindowOfTheStart) {
  Stage stage(by_concurrency());
  stage.sample.serving = 5;
  stage.load(1);

  const Decision decision = stage.run(minutes(9));

  EXPECT_EQ(decision.to, 5U);
  EXPECT_TRUE(is_limited(decision, "watched for less than 600 s")) << decision.reason;
}

TEST(Decide, RemovesNothingWhileASignalIsMissing) {
  conf::Autoscale policy = by_concurrency();
  policy.resources.push_back({.down = {}});
  Stage stage(policy);
  stage.sample.serving = 5;
  stage.load(1);

  const Decision decision = stage.run(hours(2));

  EXPECT_EQ(decision.to, 5U);
  EXPECT_EQ(vote_of(decision, "cpu")->value, std::nullopt);
  stage.sample.cpu = 5;
  EXPECT_EQ(stage.run(minutes(5)).to, 5U);  // the window begins with the data
  EXPECT_EQ(stage.run(minutes(20)).to, 1U);
  stage.sample.serving = 5;
  stage.sample.has_load = false;
  EXPECT_EQ(stage.run(hours(2)).to, 5U);
}

TEST(Decide, MissingDataOfOneSignalDoesNotKeepAnotherFromAsking) {
  conf::Autoscale policy = by_concurrency();
  policy.resources.push_back({.down = {}});
  Stage stage(policy);
  stage.load(40);

  EXPECT_EQ(stage.tick().to, 3U);
}

TEST(Decide, RemovesNothingWhileTargetsBoot) {
  Stage stage(by_concurrency());
  stage.sample.serving = 4;
  stage.sample.booting = 1;
  stage.load(1);

  EXPECT_TRUE(is_limited(stage.run(minutes(30)), "targets are booting"));
  EXPECT_EQ(stage.sample.serving, 4U);
}

TEST(Decide, HoldsMinMaxAndTheFixedOnes) {
  conf::Autoscale policy = by_concurrency();
  policy.min = 2;
  policy.max = 4;
  Stage stage(policy);
  EXPECT_EQ(stage.tick().to, 2U);
  stage.load(400);
  const Decision decision = stage.tick();
  EXPECT_EQ(decision.to, 4U);
  EXPECT_TRUE(is_limited(decision, "max"));
  stage.sample.fixed = 3;
  stage.load(0);
  EXPECT_EQ(stage.run(hours(1)).to, 3U);
  stage.sample.fixed = 0;
  stage.sample.serving = 9;
  EXPECT_EQ(stage.tick().to, 4U);
}

TEST(Decide, StepsAndCooldownsHoldBack) {
  conf::Autoscale policy = by_concurrency();
  policy.up_step = 2;
  policy.up_cooldown = seconds(30);
  Stage stage(policy);
  stage.load(100);

  const Decision first = stage.tick();
  EXPECT_EQ(first.to, 3U);
  EXPECT_TRUE(is_limited(first, "step"));
  EXPECT_TRUE(is_limited(stage.tick(), "cooldown"));
  stage.run(seconds(30));
  EXPECT_EQ(stage.sample.serving, 5U);
}

TEST(Decide, TheUpWindowBelievesTheLeast) {
  conf::Autoscale policy = by_concurrency();
  policy.up_window = seconds(30);
  Stage stage(policy);
  stage.load(4);
  stage.run(minutes(1));
  stage.load(100);

  EXPECT_TRUE(is_limited(stage.run(seconds(25)), "stabilisation"));
  EXPECT_EQ(stage.sample.serving, 1U);
  stage.run(seconds(20));
  EXPECT_GT(stage.sample.serving, 1U);
}

TEST(Decide, HardCapsHoldForAnHour) {
  conf::Autoscale policy = by_concurrency();
  policy.creates_per_hour = 3;
  Stage stage(policy);
  stage.load(400);

  EXPECT_TRUE(is_limited(stage.tick(), "hourly cap"));
  EXPECT_EQ(stage.run(minutes(59)).to, 4U);
  stage.run(minutes(1));
  EXPECT_EQ(stage.sample.serving, 7U);
}

TEST(Decide, DeletesAreCappedToo) {
  conf::Autoscale policy = by_concurrency();
  policy.deletes_per_hour = 2;
  Stage stage(policy);
  stage.sample.serving = 8;
  stage.load(1);

  stage.run(minutes(50));

  EXPECT_EQ(stage.sample.serving, 6U);
}

TEST(Decide, ModesAndPause) {
  conf::Autoscale policy = by_concurrency();
  policy.mode = conf::ScalingMode::off;
  Stage stage(policy);
  stage.load(40);
  EXPECT_EQ(stage.tick().reason, "stays at 1: scaling is off");
  stage.policy.mode = conf::ScalingMode::observe;
  const Decision observed = stage.tick();
  EXPECT_FALSE(observed.is_change());
  EXPECT_EQ(observed.wanted, 3U);
  EXPECT_TRUE(is_limited(observed, "mode"));
  stage.policy.mode = conf::ScalingMode::up_only;
  EXPECT_EQ(stage.tick().to, 3U);
  stage.load(0);
  const Decision kept = stage.run(hours(1));
  EXPECT_EQ(kept.to, 3U);
  EXPECT_EQ(kept.wanted, 2U);
  stage.policy.mode = conf::ScalingMode::on;
  stage.sample.is_paused = true;
  EXPECT_EQ(stage.tick().reason, "stays at 3: scaling is paused");
}

TEST(Decide, AHandCountsMoreThanVotesAndLessThanLimits) {
  Stage stage(by_concurrency());
  stage.load(40);
  stage.sample.override_size = 2;
  EXPECT_EQ(stage.tick().to, 2U);
  stage.sample.override_size = 50;
  EXPECT_EQ(stage.tick().to, 10U);
  stage.sample.override_size = 0;
  EXPECT_EQ(stage.tick().to, 1U);
  stage.sample.override_size.reset();
  EXPECT_EQ(stage.tick().to, 3U);
}

TEST(Decide, AStepIsTakenOnceAndHoldsForAWindow) {
  Stage stage(by_concurrency());
  stage.load(2);
  stage.run(minutes(20));
  stage.sample.step_to = 2;
  EXPECT_EQ(stage.tick().to, 2U);
  stage.sample.step_to.reset();

  EXPECT_EQ(stage.run(minutes(9)).to, 2U) << "nobody needs it, but somebody wanted it";
  EXPECT_EQ(stage.run(minutes(2)).to, 1U);
}

TEST(Decide, AStepStaysWhereNoSignalSpeaks) {
  conf::Autoscale policy;
  policy.max = 3;
  Stage stage(policy);
  stage.sample.step_to = 2;
  stage.tick();
  stage.sample.step_to.reset();

  EXPECT_EQ(stage.run(minutes(60)).to, 2U);
  stage.sample.step_to = 1;
  EXPECT_EQ(stage.tick().to, 1U);
}

TEST(Decide, ATargetThatIsLostForAMinuteIsReplaced) {
  Stage stage(by_concurrency());
  stage.sample.serving = 3;
  stage.load(40);
  stage.run(minutes(2));
  stage.sample.serving = 2;
  stage.sample.suspended = 1;

  EXPECT_EQ(stage.run(seconds(55)).to, 3U);
  EXPECT_EQ(stage.run(seconds(10)).to, 4U);
}

TEST(Decide, WhenMostAreIllTheirNumberIsNotWhatIsWrong) {
  Stage stage(by_concurrency());
  stage.sample.serving = 3;
  stage.load(40);
  stage.run(minutes(2));
  for (int i = 0; i < 60; ++i) {
    stage.sample.suspended += stage.sample.serving;  // newcomers fall ill too
    stage.sample.serving = 0;
    stage.run(minutes(1));
  }

  EXPECT_LE(stage.sample.suspended, 6U);
}

}  // namespace
}  // namespace gapura::autoscale
