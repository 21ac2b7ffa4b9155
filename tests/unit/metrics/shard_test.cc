#include "metrics/shard.h"

#include <gtest/gtest.h>
#include <thread>

namespace gapura::metrics {
namespace {

SeriesKey key_of(std::uint16_t code, std::uint32_t slot = 0) {
  SeriesKey key;
  key.scope = SeriesKey::Scope::service;
  key.method = Method::post;
  key.code = code;
  key.slot = slot;
  return key;
}

std::size_t count_series(const Shard& shard) {
  std::size_t count = 0;
  for (const Series* one = shard.series(); one != nullptr; one = one->next) ++count;
  return count;
}

TEST(Counter, ComesBackToZeroAfterAsManySubtractions) {
  Counter counter;

  counter.add(3);
  counter.sub(2);
  counter.sub();

  EXPECT_EQ(counter.get(), 0u);
}

TEST(Method, IsKnownByItsExactNameOnly) {
  EXPECT_EQ(method_of("GET"), Method::get);
  EXPECT_EQ(method_of("DELETE"), Method::del);
  EXPECT_EQ(method_of("PATCH"), Method::patch);
  EXPECT_EQ(method_of("get"), Method::extension);
  EXPECT_EQ(method_of("BREW"), Method::extension);
  EXPECT_EQ(method_of(""), Method::extension);
  EXPECT_EQ(to_string(Method::del), "DELETE");
  EXPECT_EQ(to_string(Method::extension), "EXTENSION_METHOD");
}

TEST(Shard, SumsWhatBelongsToOneKey) {
  Shard shard({0.1, 1.0}, 1);

  shard.observe(key_of(200), 1'000, 10, 100);
  shard.observe(key_of(200), 2'000, 5, 50);
  shard.observe(key_of(502), 4'000, 0, 11);

  ASSERT_EQ(count_series(shard), 2u);
  const Series* newest = shard.series();
  EXPECT_EQ(newest->key, key_of(502));
  const Series* oldest = newest->next;
  EXPECT_EQ(oldest->key, key_of(200));
  EXPECT_EQ(oldest->requests.get(), 2u);
  EXPECT_EQ(oldest->duration_us.get(), 3'000u);
  EXPECT_EQ(oldest->request_bytes.get(), 15u);
  EXPECT_EQ(oldest->response_bytes.get(), 150u);
}

TEST(Shard, CountsADurationThatEqualsABoundBelowIt) {
  Shard shard({0.1, 1.0}, 1);

  shard.observe(key_of(200), 100'000, 0, 0);
  shard.observe(key_of(200), 100'001, 0, 0);
  shard.observe(key_of(200), 1'000'001, 0, 0);

  const auto& buckets = shard.series()->buckets;
  EXPECT_EQ(buckets[0].get(), 1u);
  EXPECT_EQ(buckets[1].get(), 1u);
  EXPECT_EQ(buckets[kBucketsMax].get(), 1u);
}

TEST(Shard, FindsEveryKeyAgainAfterItsTableHasGrown) {
  Shard shard({0.1}, 1);

  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t slot = 0; slot < 1'000; ++slot) shard.observe(key_of(200, slot), 1, 0, 0);
  }

  EXPECT_EQ(count_series(shard), 1'000u);
  for (const Series* one = shard.series(); one != nullptr; one = one->next) {
    ASSERT_EQ(one->requests.get(), 2u) << one->key.slot;
  }
}

TEST(Shard, KeepsRetriesByService) {
  Shard shard({0.1}, 1);

  shard.retries(ServiceSlot{1}).add();
  shard.retries(ServiceSlot{7}).add(2);
  shard.retries(ServiceSlot{1}).add();

  shard.retries_refused(ServiceSlot{7}).add(5);

  EXPECT_EQ(shard.retries_refused_of(ServiceSlot{7}), 5u);
  EXPECT_EQ(shard.retries_refused_of(ServiceSlot{1}), 0u);
  EXPECT_EQ(shard.retries_of(ServiceSlot{1}), 2u);
  EXPECT_EQ(shard.retries_of(ServiceSlot{7}), 2u);
  EXPECT_EQ(shard.retries_of(ServiceSlot{0}), 0u);
}

TEST(Shard, IsReadWhileItIsWritten) {
  Shard shard({0.1}, 1);
  constexpr std::uint32_t kKeys = 500;

  std::jthread writer([&shard] {
    for (std::uint32_t i = 0; i < 20 * kKeys; ++i) {
      shard.observe(key_of(200, i % kKeys), 1, 0, 0);
      shard.retries(ServiceSlot{i % 8}).add();
    }
  });
  std::uint64_t seen = 0;
  while (seen < 20 * kKeys) {
    std::uint64_t now = 0;
    for (const Series* one = shard.series(); one != nullptr; one = one->next) {
      now += one->requests.get();
    }
    ASSERT_GE(now, seen);
    seen = now;
  }
  writer.join();

  EXPECT_EQ(seen, 20u * kKeys);
  EXPECT_EQ(shard.retries_of(ServiceSlot{3}), 20u * kKeys / 8);
}

}  // namespace
}  // namespace gapura::metrics
