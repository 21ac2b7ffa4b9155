#include "proxy/health_checker.h"

#include <gtest/gtest.h>

#include "tests/support/patience.h"
#include "tests/support/sockets.h"

namespace gapura::proxy {
namespace {

using namespace std::chrono_literals;

TEST(JitteredInterval, IsShortenedByAtMostATenth) {
  EXPECT_EQ(jittered(30s, 0.0), 30s);
  EXPECT_EQ(jittered(30s, 0.5), 28'500ms);
  EXPECT_EQ(jittered(30s, 1.0), 27s);
  EXPECT_EQ(jittered(30s, 7.0), 27s);
}

/// One target that takes connections, which is all that it is asked for.
class HealthCheckerTest : public testing::Test {
 protected:
  HealthCheckerTest() {
    check_.is_tcp = true;
    check_.interval = check_.unhealthy_interval = 1h;
    url_ = conf::ServerUrl{.scheme = "http", .host = "127.0.0.1", .port = port_};
  }

  HealthChecker::Settings settings() {
    return {
        .targets =
            [this] {
              ++looks_;
              return std::vector<balancer::CheckedTarget>{
                  {.target = target_,
                   .endpoint = Endpoint::parse(url_.host, url_.port).value(),
                   .url = &url_,
                   .check = &check_,
                   .is_well = true,
                   .is_joining = false}};
            },
        .checked = [this](const balancer::TargetRef&, const balancer::ProbeResult&) { ++checks_; },
        .jitter =
            [this] {
              ++draws_;
              return 0.5;
            },
        .look_every = 1ms};
  }
  template <class Condition>
  bool run_until(Condition condition) {
    const auto end = Clock::now() + test::patience();
    while (!condition()) {
      if (Clock::now() > end) return false;
      loop_.run_one_for(20ms);
      loop_.restart();
    }
    return true;
  }

  boost::asio::io_context loop_;
  const test::Fd listener_ = test::listen_on_loopback();
  const std::uint16_t port_ = test::local_port(listener_);
  const balancer::TargetRef target_{
      new balancer::TargetState(TargetSlot{}, ServiceSlot{}, "s", "a", "http://a")};
  conf::ServerUrl url_;
  conf::HealthCheck check_;
  int looks_ = 0;
  int checks_ = 0;
  int draws_ = 0;
};

// One draw a look would make the shortest of many the interval, a tenth less than asked for.
TEST_F(HealthCheckerTest, DrawsTheJitterOnceForACheckHoweverOftenItLooks) {
  HealthChecker checker(loop_, settings());
  checker.start();

  ASSERT_TRUE(run_until([&] { return checks_ == 1 && looks_ >= 50; }));

  EXPECT_EQ(draws_, 1);
  EXPECT_EQ(checks_, 1);
}

TEST_F(HealthCheckerTest, AShortenedIntervalCountsAtOnce) {
  HealthChecker checker(loop_, settings());
  checker.start();
  ASSERT_TRUE(run_until([&] { return checks_ == 1; }));

  check_.interval = 1ms;

  EXPECT_TRUE(run_until([&] { return checks_ >= 3; }));
}

TEST_F(HealthCheckerTest, CallsNothingAfterStop) {
  HealthChecker checker(loop_, settings());
  checker.start();
  checker.stop();

  loop_.run();  // ends, since nothing is left to do

  EXPECT_EQ(checks_, 0);
}

}  // namespace
}  // namespace gapura::proxy
