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

}  // namespace
}  // namespace gapura::metrics
