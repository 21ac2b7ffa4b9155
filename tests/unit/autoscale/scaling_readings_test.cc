#include "autoscale/scaling_readings.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <optional>
#include <set>

namespace gapura::autoscale {
namespace {

using metrics::Family;
using Labels = std::vector<std::pair<std::string, std::string>>;

/// The value with these labels beside the service's; nothing: there is no such series.
std::optional<double> value_of(const std::vector<metrics::Reading>& all, Family family,
                               Labels more = {}) {
  more.insert(more.begin(), {"service", "calculate@file"});
  for (const metrics::Reading& one : all) {
    if (one.family == family && one.labels == more) return one.value;
  }
  return std::nullopt;
}

ScalerView seen_view() {
  ScalerView view{.service = "calculate"};
  view.policy.min = 1;
  view.policy.max = 5;
  view.mode = conf::ScalingMode::up_only;
  view.sample.at = TimePoint(Milliseconds(100'000));
  view.sample.wall = WallClock::time_point(std::chrono::seconds(1'800'000'000));
  view.sample.serving = 2;
  view.sample.booting = 1;
  view.decision.at = view.sample.at;
  view.decision.to = 3;
  return view;
}

TEST(ScalingReadings, ShowSizeBoundsAndMode) {
  ScalerView view = seen_view();
  view.instances = {{.phase = "booting"}, {.phase = "in service"}, {.phase = "in service"}};

  const auto all = readings_of(view, "calculate@file");

  EXPECT_EQ(value_of(all, Family::autoscale_wanted_targets), 3);
  EXPECT_EQ(value_of(all, Family::autoscale_targets, {{"state", "serving"}}), 2);
  EXPECT_EQ(value_of(all, Family::autoscale_targets, {{"state", "booting"}}), 1);
  EXPECT_EQ(value_of(all, Family::autoscale_targets, {{"state", "draining"}}), 0);
  EXPECT_EQ(value_of(all, Family::autoscale_instances, {{"phase", "in service"}}), 2);
  EXPECT_EQ(value_of(all, Family::autoscale_instances, {{"phase", "stopped"}}), 0);
  EXPECT_EQ(value_of(all, Family::autoscale_min_targets), 1);
  EXPECT_EQ(value_of(all, Family::autoscale_max_targets), 5);
  EXPECT_EQ(value_of(all, Family::autoscale_mode, {{"mode", "up_only"}}), 1);
  EXPECT_EQ(value_of(all, Family::autoscale_mode, {{"mode", "on"}}), std::nullopt);
  EXPECT_EQ(value_of(all, Family::autoscale_paused), 0);
}

TEST(ScalingReadings, ShowVotesAndLeaveOutWhatWasNotMeasured) {
  ScalerView view = seen_view();
  view.decision.votes = {
      {.signal = "concurrency", .value = 3.5, .target = 1.4, .size = 3, .reason = {}},
      {.signal = "cpu", .value = {}, .target = 70, .size = 2, .reason = {}}};

  const auto all = readings_of(view, "calculate@file");

  EXPECT_EQ(value_of(all, Family::autoscale_vote_targets, {{"signal", "concurrency"}}), 3);
  EXPECT_EQ(value_of(all, Family::autoscale_signal_value, {{"signal", "concurrency"}}), 3.5);
  EXPECT_EQ(value_of(all, Family::autoscale_signal_target, {{"signal", "cpu"}}), 70);
  EXPECT_EQ(value_of(all, Family::autoscale_signal_value, {{"signal", "cpu"}}), std::nullopt);
}

TEST(ScalingReadings, ShowTimesAsUnixTimeOnceTheyAreKnown) {
  ScalerView view = seen_view();
  const auto before = readings_of(view, "calculate@file");
  view.last_change = view.sample.at - Milliseconds(30'000);
  view.boot_time = Milliseconds(2'500);

  const auto after = readings_of(view, "calculate@file");

  EXPECT_EQ(value_of(before, Family::autoscale_last_decision), 1'800'000'000);
  EXPECT_EQ(value_of(before, Family::autoscale_last_change), std::nullopt);
  EXPECT_EQ(value_of(before, Family::autoscale_boot), std::nullopt);
  EXPECT_EQ(value_of(after, Family::autoscale_last_change), 1'799'999'970);
  EXPECT_EQ(value_of(after, Family::autoscale_boot), 2.5);
}

TEST(ScalingReadings, HaveNoTwoSeriesAlike) {
  ScalerView view = seen_view();
  view.counts.add({.reason = {}, .votes = {}, .limits = {"max", "concurrency has no data"}}, 0);

  std::set<std::pair<Family, Labels>> seen;
  for (const auto& one : readings_of(view, "calculate@file")) {
    EXPECT_TRUE(seen.emplace(one.family, one.labels).second) << name_of(one.family).text;
  }
}

TEST(ScalingReadings, SayNothingBeforeTheFirstLook) {
  EXPECT_TRUE(readings_of(ScalerView{.service = "calculate"}, "calculate@file").empty());
}

TEST(ScalingCounts, TellWhatIsWantedFromWhatWasBegun) {
  ScalingCounts counts;
  const Decision up{.from = 1, .to = 3, .reason = {}, .votes = {}, .limits = {}};

  counts.add(up, 1);  // the provider does not answer
  counts.add(up, 2);
  counts.add({.from = 3, .to = 2, .reason = {}, .votes = {}, .limits = {}}, 2);
  counts.add({.from = 2, .to = 2, .reason = {}, .votes = {}, .limits = {}}, 2);

  EXPECT_EQ(counts.decisions.at("up"), 2U);
  EXPECT_EQ(counts.decisions.at("down"), 1U);
  EXPECT_EQ(counts.decisions.at("none"), 1U);
  EXPECT_EQ(counts.changes.at("up"), 1U);
  EXPECT_EQ(counts.changes.at("down"), 1U);
}

TEST(ScalingCounts, NameLimitsAndPutAllVetoesTogether) {
  ScalingCounts counts;

  counts.add({.reason = {}, .votes = {}, .limits = {"hourly cap", "max"}}, 0);
  counts.add({.reason = {}, .votes = {}, .limits = {"cpu has no data"}}, 0);
  counts.add({.reason = {}, .votes = {}, .limits = {"targets are booting"}}, 0);

  EXPECT_EQ(counts.held_back,
            (std::map<std::string, std::uint64_t>{{"hourly cap", 1}, {"max", 1}, {"veto", 2}}));
}

TEST(ScalingCounts, CountCallsByOutcome) {
  ScalingCounts counts;

  counts.add_call(Step::Kind::create, Outcome<Instance>(Instance{}));
  counts.add_call(Step::Kind::create,
                  Outcome<Instance>(fault(ProviderFault::Kind::rate_limited, "later")));
  counts.add_call(Step::Kind::remove, Outcome<Done>(Done{}));
  counts.add_call(Step::Kind::remove, Outcome<Done>(Done{}));

  EXPECT_EQ((counts.calls.at({"create", "ok"})), 1U);
  EXPECT_EQ((counts.calls.at({"create", "rate_limited"})), 1U);
  EXPECT_EQ((counts.calls.at({"remove", "ok"})), 2U);
}

}  // namespace
}  // namespace gapura::autoscale
