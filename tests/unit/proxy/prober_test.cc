#include "proxy/prober.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "tests/support/patience.h"
#include "tests/support/sockets.h"

namespace gapura::proxy {
namespace {

using namespace std::chrono_literals;

TEST(ProbeWait, DoublesFromOneSecondToThirty) {
  const Milliseconds expected[] = {1s, 2s, 4s, 8s, 16s, 30s, 30s};
  for (unsigned tries = 0; tries < 7; ++tries) {
    EXPECT_EQ(probe_wait(tries, 0.0), expected[tries]) << tries;
  }
  EXPECT_EQ(probe_wait(1'000'000, 0.0), 30s);
}

TEST(ProbeWait, IsShortenedByAtMostAQuarter) {
  EXPECT_EQ(probe_wait(0, 1.0), 750ms);
  EXPECT_EQ(probe_wait(0, 0.5), 875ms);
  EXPECT_EQ(probe_wait(0, 7.0), 750ms);
}

class ProberTest : public testing::Test {
 protected:
  balancer::TargetRef add_target(std::uint16_t port) {
    const std::string id = "127.0.0.1:" + std::to_string(port);
    const auto slot = TargetSlot(static_cast<std::uint32_t>(suspended_.size()));
    suspended_.emplace_back(new balancer::TargetState(slot, ServiceSlot{}, "s", id, "http://" + id,
                                                      Endpoint::parse("127.0.0.1", port).value()));
    return suspended_.back();
  }
  Prober::Settings settings() {
    return {.suspended =
                [this] {
                  ++looks_;
                  return suspended_;
                },
            .reached =
                [this](const balancer::TargetRef& target) {
                  reached_.push_back(target);
                  std::erase(suspended_, target);
                },
            .jitter = [] { return 0.0; },
            .connect_timeout = 100ms,
            .look_every = 5ms,
            .wait =
                [this](unsigned tries, double) {
                  tries_max_ = std::max(tries_max_, tries);
                  first_waits_ += tries == 0;
                  return 5ms;
                }};
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
  std::vector<balancer::TargetRef> suspended_;
  std::vector<balancer::TargetRef> reached_;
  unsigned tries_max_ = 0;
  int first_waits_ = 0;  ///< how often a target's back-off began
  int looks_ = 0;
};

TEST_F(ProberTest, ReportsATargetThatAccepts) {
  const test::Fd listener = test::listen_on_loopback();
  const auto target = add_target(test::local_port(listener));
  Prober prober(loop_, settings());
  prober.start();

  ASSERT_TRUE(run_until([&] { return !reached_.empty(); }));
  EXPECT_EQ(reached_[0], target);
}

TEST_F(ProberTest, TriesAgainUntilTheTargetIsBack) {
  std::uint16_t port = 0;
  test::Fd nobody = test::refused_port(port);
  add_target(port);
  Prober prober(loop_, settings());
  prober.start();

  ASSERT_TRUE(run_until([&] { return tries_max_ >= 3; }));
  EXPECT_TRUE(reached_.empty());
  nobody.close();
  const test::Fd listener = test::listen_on_loopback(port);
  EXPECT_TRUE(run_until([&] { return reached_.size() == 1; }));
}

TEST_F(ProberTest, ForgetsATargetThatIsNoLongerSuspended) {
  std::uint16_t port = 0;
  const test::Fd nobody = test::refused_port(port);
  const auto target = add_target(port);
  Prober prober(loop_, settings());
  prober.start();
  ASSERT_TRUE(run_until([&] { return tries_max_ >= 2; }));
  ASSERT_EQ(first_waits_, 1);

  suspended_.clear();
  const int looks = looks_;
  ASSERT_TRUE(run_until([&] { return looks_ > looks + 1; }));
  suspended_.push_back(target);

  EXPECT_TRUE(run_until([&] { return first_waits_ == 2; }));  // it begins anew
}

TEST_F(ProberTest, CallsNothingAfterStop) {
  const test::Fd listener = test::listen_on_loopback();
  add_target(test::local_port(listener));
  Prober prober(loop_, settings());
  prober.start();
  prober.stop();

  loop_.run();  // ends, since nothing is left to do

  EXPECT_TRUE(reached_.empty());
}

}  // namespace
}  // namespace gapura::proxy
