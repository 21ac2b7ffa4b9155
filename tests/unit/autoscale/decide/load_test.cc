#include "autoscale/decide/load.h"

#include <gtest/gtest.h>

#include "tests/unit/autoscale/decide/stage.h"

namespace gapura::autoscale {
namespace {

using std::chrono::seconds;

Load load_of(const Stage& stage) {
  return measure_load(stage.history, 4, stage.now);
}

TEST(Load, IsNotKnownWithoutSamplesOrWithAnOldOne) {
  Stage stage(by_concurrency());
  EXPECT_FALSE(load_of(stage).is_known);
  stage.tick();
  EXPECT_TRUE(load_of(stage).is_known);

  stage.now += seconds(16);

  EXPECT_FALSE(load_of(stage).is_known);
}

TEST(Load, IsTheMeanOfAMinute) {
  Stage stage(by_concurrency());
  stage.load(10);
  stage.run(seconds(30));
  stage.load(11);
  stage.run(seconds(30));

  EXPECT_NEAR(load_of(stage).rate, 10.5, 0.01);
  EXPECT_FALSE(load_of(stage).is_burst);
}

TEST(Load, ABurstIsSeenInSeconds) {
  Stage stage(by_concurrency());
  stage.load(10);
  stage.run(seconds(60));
  stage.load(40);
  stage.run(seconds(5));

  EXPECT_TRUE(load_of(stage).is_burst);
  EXPECT_NEAR(load_of(stage).rate, 40, 0.01);
  stage.run(seconds(10));
  EXPECT_NEAR(load_of(stage).rate, 40, 0.01);
}

TEST(Load, ABurstIsCountedSinceItBeganAndOverFiveSecondsAtLeast) {
  Stage stage(by_concurrency());
  stage.load(10);
  stage.run(seconds(60));
  stage.load(110);
  stage.run(seconds(1));
  EXPECT_NEAR(load_of(stage).rate, 30, 0.01) << "one second of five";
  stage.load(40);
  stage.run(seconds(8));

  EXPECT_NEAR(load_of(stage).rate, (110 + 8 * 40) / 9.0, 0.01);
}

TEST(Load, ABurstAfterSilenceIsCountedTheSameWay) {
  Stage stage(by_concurrency());
  stage.load(0);
  stage.run(seconds(60));
  stage.load(40);
  stage.run(seconds(7));

  EXPECT_TRUE(load_of(stage).is_burst);
  EXPECT_NEAR(load_of(stage).rate, 40, 0.01);
}

TEST(Load, WhatChanceExplainsIsNoBurst) {
  Stage stage(by_concurrency());
  stage.load(1);
  stage.run(seconds(60));
  stage.load(1.7);  // 25.5 in 15 s where 15 are expected: 2.7 standard deviations
  stage.run(seconds(15));
  EXPECT_FALSE(load_of(stage).is_burst);

  stage.load(10);
  stage.run(seconds(120));
  stage.load(13);  // 195 where 150 are expected: 3.7
  stage.run(seconds(15));
  EXPECT_TRUE(load_of(stage).is_burst);
}

TEST(Load, TheServiceTimeIsThatOfTargetsWithRoom) {
  Stage stage(by_concurrency());
  stage.is_obeyed = false;
  stage.load(10, 0.2);
  stage.run(seconds(60));
  stage.load(20, 0.9);  // all are full: most of it is waiting inside the target
  stage.sample.in_flight = 5;
  stage.run(seconds(60));

  EXPECT_NEAR(load_of(stage).service_s.value_or(0), 0.2, 1e-9);
  EXPECT_NEAR(load_of(stage).full_service_s.value_or(0), 4.0 / 20, 1e-9);
}

TEST(Load, ATickWithoutItsNumbersIsLeftOut) {
  Stage stage(by_concurrency());
  stage.load(10);
  stage.run(seconds(60));
  stage.load(0);
  stage.sample.has_load = false;
  stage.tick();

  EXPECT_FALSE(load_of(stage).is_known);
  EXPECT_NEAR(load_of(stage).rate, 10, 0.01);
}

}  // namespace
}  // namespace gapura::autoscale
