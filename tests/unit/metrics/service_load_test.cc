#include "metrics/service_load.h"

#include <array>
#include <gtest/gtest.h>

namespace gapura::metrics {
namespace {

SeriesKey key_of(std::uint16_t code, std::uint32_t slot, SeriesKey::Scope scope) {
  return {.scope = scope, .method = Method::get, .code = code, .slot = slot};
}
constexpr auto kService = SeriesKey::Scope::service;

TEST(ServiceLoad, SumsOneServiceOverAllWorkers) {
  Shard first({0.1, 1.0}, 1);
  Shard second({0.1, 1.0}, 1);
  first.observe(key_of(200, 3, kService), 50'000, 0, 0);
  second.observe(key_of(404, 3, kService), 500'000, 0, 0);
  second.observe(key_of(200, 3, kService), 5'000'000, 0, 0);
  first.observe(key_of(200, 4, kService), 1, 0, 0);
  first.observe(key_of(200, 3, SeriesKey::Scope::entry_point), 1, 0, 0);

  const std::array<const Shard*, 2> shards{&first, &second};
  const ServiceLoad load = load_of(shards, ServiceSlot{3});

  EXPECT_EQ(load.requests, 3U);
  EXPECT_EQ(load.answered, 3U);
  EXPECT_DOUBLE_EQ(load.answered_s, 5.55);
  EXPECT_EQ(load.durations, (std::vector<std::uint64_t>{1, 1, 1}));
}

TEST(ServiceLoad, TellsAnswersOfTargetsFromOurOwn) {
  Shard shard({0.1}, 1);
  for (const std::uint16_t code : std::array<std::uint16_t, 5>{499, 502, 503, 504, 500}) {
    shard.observe(key_of(code, 0, kService), 1'000, 0, 0);
  }

  const std::array<const Shard*, 1> shards{&shard};
  const ServiceLoad load = load_of(shards, ServiceSlot{0});

  EXPECT_EQ(load.requests, 5U);
  EXPECT_EQ(load.answered, 1U);
  EXPECT_EQ(load.durations, (std::vector<std::uint64_t>{1, 0}));
}

TEST(ServiceLoad, SumsAllServicesInOnePass) {
  Shard first({0.1}, 1);
  Shard second({0.1}, 1);
  first.observe(key_of(200, 3, kService), 1'000, 0, 0);
  second.observe(key_of(200, 3, kService), 1'000, 0, 0);
  second.observe(key_of(200, 7, kService), 1'000, 0, 0);
  second.observe(key_of(200, 8, SeriesKey::Scope::entry_point), 1'000, 0, 0);

  const std::array<const Shard*, 2> shards{&first, &second};
  const auto loads = loads_of(shards);

  ASSERT_EQ(loads.size(), 2U);
  EXPECT_EQ(loads.at(ServiceSlot{3}).requests, 2U);
  EXPECT_EQ(loads.at(ServiceSlot{7}).durations, (std::vector<std::uint64_t>{1, 0}));
}

TEST(Quantile, IsSpreadEvenlyInItsBucket) {
  const std::vector<double> bounds_s{0.1, 0.3};
  const std::vector<std::uint64_t> durations{10, 10, 0};

  EXPECT_DOUBLE_EQ(quantile_s(durations, bounds_s, 0.25).value(), 0.05);
  EXPECT_DOUBLE_EQ(quantile_s(durations, bounds_s, 0.5).value(), 0.1);
  EXPECT_DOUBLE_EQ(quantile_s(durations, bounds_s, 0.75).value(), 0.2);
}

TEST(Quantile, EndsAtTheHighestBound) {
  const std::vector<double> bounds_s{0.1, 0.3};

  EXPECT_DOUBLE_EQ(quantile_s(std::vector<std::uint64_t>{0, 0, 5}, bounds_s, 0.5).value(), 0.3);
  EXPECT_FALSE(quantile_s(std::vector<std::uint64_t>{0, 0, 0}, bounds_s, 0.5));
  EXPECT_FALSE(quantile_s({}, bounds_s, 0.5));
}

}  // namespace
}  // namespace gapura::metrics
