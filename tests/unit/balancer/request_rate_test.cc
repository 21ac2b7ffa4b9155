#include "balancer/request_rate.h"

#include <gtest/gtest.h>

#include "tests/unit/balancer/registry_fixture.h"

namespace gapura::balancer {
namespace {

using std::chrono::seconds;

constexpr TimePoint kBegin{std::chrono::hours(1)};

TEST(RequestRate, IsNotKnownBeforeTheSecondLook) {
  RequestRate rate;
  EXPECT_FALSE(rate.per_second());
  rate.look(100, kBegin);
  EXPECT_FALSE(rate.per_second());
  rate.look(120, kBegin + Milliseconds(100));
  EXPECT_FALSE(rate.per_second()) << "too soon after the first";

  rate.look(130, kBegin + seconds(1));

  EXPECT_EQ(rate.per_second(), 30);
}

TEST(RequestRate, IsThatOfTheLastSeconds) {
  RequestRate rate;
  std::uint64_t requests = 0;
  for (int second = 0; second < 10; ++second) rate.look(requests += 100, kBegin + seconds(second));
  EXPECT_EQ(rate.per_second(), 100);

  for (int second = 10; second < 15; ++second) rate.look(requests, kBegin + seconds(second));
  EXPECT_EQ(rate.per_second(), 0);
}

TEST(RequestRate, BeginsAnewWithANewLife) {
  RequestRate rate;
  rate.look(1'000, kBegin);
  rate.look(2'000, kBegin + seconds(1));
  rate.look(3, kBegin + seconds(2));
  EXPECT_FALSE(rate.per_second());

  rate.look(5, kBegin + seconds(3));
  EXPECT_EQ(rate.per_second(), 2);
}

class TargetRate : public RegistryFixture {};

TEST_F(TargetRate, IsInTheViewOnceTheRegistryHasTicked) {
  set_files({server(kA)});
  const auto requests_after = [this](std::uint64_t requests) {
    pass(RequestRate::kEvery);
    state_of(kA)->requests = requests;
    registry.tick(now);
    return view(kA)->requests_per_s;
  };

  EXPECT_FALSE(requests_after(10));
  EXPECT_EQ(requests_after(50), 40);
}

}  // namespace
}  // namespace gapura::balancer
