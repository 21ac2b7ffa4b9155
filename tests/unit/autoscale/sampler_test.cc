#include "autoscale/sampler.h"

#include <gtest/gtest.h>

namespace gapura::autoscale {
namespace {

using balancer::Origin;
using balancer::Phase;

const TimePoint kStart{std::chrono::hours(1)};

balancer::ServiceView view_with(std::vector<std::pair<Phase, Origin>> targets,
                                std::uint32_t in_flight_each = 0) {
  balancer::ServiceView view;
  for (const auto& [phase, origin] : targets) {
    balancer::TargetView target;
    target.phase = phase;
    target.origin = origin;
    target.in_flight = in_flight_each;
    view.targets.push_back(target);
  }
  return view;
}

TEST(Sampler, CountsTargetsByWhatTheyAreGoodFor) {
  Sampler sampler({});
  const auto view = view_with({{Phase::serving, Origin::file},
                               {Phase::warming, Origin::autoscale},
                               {Phase::suspended, Origin::admin},
                               {Phase::joining, Origin::autoscale},
                               {Phase::draining, Origin::autoscale},
                               {Phase::gone, Origin::autoscale}});

  const Sample sample = sampler.take(view, {}, 2, kStart, {});

  EXPECT_EQ(sample.serving, 2U);
  EXPECT_EQ(sample.suspended, 1U);
  EXPECT_EQ(sample.fixed, 2U);
  EXPECT_EQ(sample.booting, 3U);
  EXPECT_EQ(sample.draining, 1U);
  EXPECT_FALSE(sample.has_load);
}

TEST(Sampler, TellsWhatHappenedSinceTheLastTick) {
  Sampler sampler({0.1});
  auto view = view_with({{Phase::serving, Origin::file}}, 2);
  view.queue = balancer::QueueView{.length = 1, .ended = 10, .waited_us = 1'000'000};
  sampler.take(view, {.requests = 100, .answered = 90, .answered_s = 9.0, .durations = {90, 0}}, 0,
               kStart, {});
  view.targets[0].in_flight = 5;
  view.queue = balancer::QueueView{.length = 4, .ended = 12, .waited_us = 1'500'000};

  const Sample sample = sampler.take(
      view, {.requests = 110, .answered = 98, .answered_s = 12.5, .durations = {92, 6}}, 0,
      kStart + Milliseconds(2'000), {});

  EXPECT_TRUE(sample.has_load);
  EXPECT_EQ(sample.span, Milliseconds(2'000));
  EXPECT_DOUBLE_EQ(sample.arrived, 16.0) << "ten ended, three more are in flight, three more wait";
  EXPECT_DOUBLE_EQ(sample.finished, 8.0);
  EXPECT_DOUBLE_EQ(sample.queue_waits, 2.0);
  EXPECT_DOUBLE_EQ(sample.queue_wait_s, 0.5);
  EXPECT_DOUBLE_EQ(sample.busy_s, 3.0) << "what they waited is not work";
  EXPECT_EQ(sample.latencies, (std::vector<double>{2, 6}));
  EXPECT_EQ(sample.in_flight, 5U);
  EXPECT_EQ(sample.queued, 4U);
}

}  // namespace
}  // namespace gapura::autoscale
