#include "proxy/resolver.h"

#include <gtest/gtest.h>

#include "tests/support/patience.h"

namespace gapura::proxy {
namespace {

using namespace std::chrono_literals;

class ResolverTest : public testing::Test {
 protected:
  balancer::TargetRef target_at(const std::string& url) {
    const auto slot = TargetSlot(static_cast<std::uint32_t>(named_.size()));
    named_.emplace_back(new balancer::TargetState(slot, ServiceSlot{}, "s", url, url));
    return named_.back();
  }
  Resolver::Settings settings() {
    return {
        .named =
            [this] {
              ++asked_;
              return named_;
            },
        .resolved = [this](const balancer::TargetRef& target,
                           const Endpoint& endpoint) { resolved_.emplace_back(target, endpoint); },
        .every = 10ms,
        .retry = 10ms};
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
  std::vector<balancer::TargetRef> named_;
  std::vector<std::pair<balancer::TargetRef, Endpoint>> resolved_;
  int asked_ = 0;
};

TEST_F(ResolverTest, GivesTheAddressOfAName) {
  const auto target = target_at("http://localhost:3000");
  Resolver resolver(loop_, settings());
  resolver.start();

  ASSERT_TRUE(run_until([&] { return !resolved_.empty(); }));
  EXPECT_EQ(resolved_[0].first, target);
  EXPECT_EQ(resolved_[0].second.port(), 3000);
  EXPECT_EQ(resolver.known(target), resolved_[0].second);
}

TEST_F(ResolverTest, TellsAnAddressOnceWhileItStays) {
  target_at("http://localhost:3000");
  Resolver resolver(loop_, settings());
  resolver.start();
  ASSERT_TRUE(run_until([&] { return !resolved_.empty(); }));

  const int asked = asked_;
  ASSERT_TRUE(run_until([&] { return asked_ >= asked + 5; }));

  EXPECT_EQ(resolved_.size(), 1u);
}

// "invalid" never resolves (RFC 6761 6.4).
TEST_F(ResolverTest, LeavesANameWithoutAddressUnset) {
  const auto target = target_at("http://nobody.invalid:3000");
  const auto other = target_at("http://localhost:3001");
  Resolver resolver(loop_, settings());
  resolver.start();

  ASSERT_TRUE(run_until([&] { return resolver.known(other).is_set(); }));
  EXPECT_FALSE(resolver.known(target).is_set());
}

TEST_F(ResolverTest, CallsNothingAfterStop) {
  target_at("http://localhost:3000");
  Resolver resolver(loop_, settings());
  resolver.start();
  resolver.stop();

  loop_.run();

  EXPECT_TRUE(resolved_.empty());
}

}  // namespace
}  // namespace gapura::proxy
