#include "autoscale/decide/history.h"

#include <gtest/gtest.h>

namespace gapura::autoscale {
namespace {

using std::chrono::seconds, std::chrono::minutes, std::chrono::hours;

const TimePoint kStart{hours(1'000)};

Sample sample_at(Milliseconds after) {
  Sample out;
  out.at = kStart + after;
  return out;
}
Decision decision_at(Milliseconds after, std::uint32_t from, std::uint32_t to,
                     std::uint32_t asked = 0, std::uint32_t fewest = 0) {
  Decision out;
  out.at = kStart + after;
  out.from = from;
  out.to = to;
  out.asked = asked;
  out.fewest = fewest;
  return out;
}

TEST(History, KeepsFiveMinutesOfSamples) {
  History history(kStart);
  for (int i = 1; i <= 1'000; ++i) history.add(sample_at(seconds(i)));

  EXPECT_EQ(history.samples().size(), 300U);
  EXPECT_EQ(history.last()->at, kStart + seconds(1'000));
}

TEST(History, AGapMeansThatNothingBeforeItIsKnown) {
  History history(kStart);
  history.add(sample_at(seconds(60)));
  history.add(sample_at(seconds(120)));
  EXPECT_EQ(history.seen_since(), kStart);

  history.add(sample_at(seconds(181)));

  EXPECT_EQ(history.seen_since(), kStart + seconds(181));
}

TEST(History, RemembersTheLastRequest) {
  History history(kStart);
  EXPECT_EQ(history.last_request(), kStart);
  for (const auto change : {0, 1, 2, 3}) {
    Sample sample = sample_at(seconds(10 + change));
    if (change == 0) sample.arrived = 1;
    if (change == 1) sample.in_flight = 1;
    if (change == 2) sample.queued = 1;
    if (change == 3) sample.has_load = false;  // there may have been one
    history.add(sample);
    EXPECT_EQ(history.last_request(), sample.at) << change;
  }
  history.add(sample_at(seconds(20)));
  EXPECT_EQ(history.last_request(), kStart + seconds(13));
}

TEST(History, KnowsWhatWasAskedForWithinAWindow) {
  History history(kStart);
  history.add(decision_at(seconds(10), 3, 3, 7, 2));
  history.add(decision_at(seconds(20), 3, 3, 4, 5));
  history.add(decision_at(seconds(30), 3, 3, 6, 3));

  EXPECT_EQ(history.least_asked(kStart, 6), 4U);
  EXPECT_EQ(history.least_asked(kStart + seconds(20), 6), 6U);
  EXPECT_EQ(history.most_fewest(kStart, 1), 5U);
  EXPECT_EQ(history.most_fewest(kStart + seconds(20), 1), 3U);
  EXPECT_EQ(history.most_fewest(kStart + seconds(30), 1), 1U);
}

TEST(History, CountsWhatWasDoneInTheLastHour) {
  History history(kStart);
  history.add(decision_at(minutes(1), 1, 4));
  history.add(decision_at(minutes(30), 4, 2));
  history.add(decision_at(minutes(50), 2, 3));

  EXPECT_EQ(history.added(kStart), 4U);
  EXPECT_EQ(history.added(kStart + minutes(1)), 1U);
  EXPECT_EQ(history.removed(kStart), 2U);
  EXPECT_EQ(history.last_action()->to, 3U);
  EXPECT_EQ(history.last_addition()->at, kStart + minutes(50));
}

TEST(History, LearnsTheTimeOfNineBootsInTen) {
  History history(kStart);
  EXPECT_EQ(history.boot_time(), Milliseconds(0));
  history.add_boot(seconds(40));
  EXPECT_EQ(history.boot_time(), seconds(40));
  for (int i = 1; i <= 20; ++i) history.add_boot(seconds(i));

  EXPECT_EQ(history.boot_time(), seconds(18));
}

}  // namespace
}  // namespace gapura::autoscale
