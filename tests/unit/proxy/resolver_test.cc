#include "proxy/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "tests/support/patience.h"

namespace gapura::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

std::vector<Endpoint> endpoints(std::initializer_list<const char*> addresses) {
  std::vector<Endpoint> out;
  for (const char* address : addresses) out.push_back(*Endpoint::parse(address, 3000));
  return out;
}

std::vector<std::string> texts(const std::vector<Endpoint>& endpoints) {
  std::vector<std::string> out;
  for (const Endpoint& endpoint : endpoints) out.push_back(endpoint.address());
  return out;
}

TEST(UsableAddresses, AreEachOnceAndInOneOrder) {
  EXPECT_THAT(texts(usable_addresses(endpoints({"10.0.0.2", "10.0.0.1", "10.0.0.2"}), {})),
              ElementsAre("10.0.0.1", "10.0.0.2"));
  EXPECT_THAT(usable_addresses({}, endpoints({"10.0.0.1"})), IsEmpty());
}

TEST(UsableAddresses, AreOfOneFamilyWhichStays) {
  const auto both = endpoints({"fd00::2", "10.0.0.1", "fd00::1"});
  EXPECT_THAT(texts(usable_addresses(both, {})), ElementsAre("fd00::1", "fd00::2"));
  EXPECT_THAT(texts(usable_addresses(both, endpoints({"10.0.0.9"}))), ElementsAre("10.0.0.1"));
  EXPECT_THAT(texts(usable_addresses(endpoints({"10.0.0.1"}), endpoints({"fd00::1"}))),
              ElementsAre("10.0.0.1"));
}

class ResolverTest : public testing::Test {
 protected:
  void name(const std::string& url) { named_.push_back(*conf::ServerUrl::parse(url, nullptr)); }
  Resolver::Settings settings() {
    return {.named =
                [this] {
                  ++asked_;
                  return named_;
                },
            .resolved =
                [this](const std::string& authority, const std::vector<Endpoint>& found) {
                  told_.emplace_back(authority, texts(found));
                },
            .every = 10ms,
            .retry = 10ms};
  }
  /// Names stand for what `answers_` says; others cannot be resolved.
  Resolver::Settings scripted() {
    Resolver::Settings out = settings();
    out.lookup = [this](const std::string& host, std::uint16_t, const Lookups::Done& done) {
      ++lookups_;
      const auto found = answers_.find(host);
      const bool is_known = found != answers_.end();
      done(is_known ? "" : "no such name", is_known ? found->second : std::vector<Endpoint>{});
      return true;
    };
    return out;
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
  bool run_lookups(int more) {
    const int end = lookups_ + more;
    return run_until([&] { return lookups_ >= end; });
  }

  boost::asio::io_context loop_;
  std::vector<conf::ServerUrl> named_;
  std::map<std::string, std::vector<Endpoint>> answers_;
  std::vector<std::pair<std::string, std::vector<std::string>>> told_;
  int asked_ = 0;
  int lookups_ = 0;
};

TEST_F(ResolverTest, GivesTheAddressOfARealName) {
  name("http://localhost:3000");
  Resolver resolver(loop_, settings());
  resolver.start();

  ASSERT_TRUE(run_until([&] { return !told_.empty(); }));
  EXPECT_EQ(told_[0].first, "localhost:3000");
  EXPECT_EQ(told_[0].second.size(), 1U);
}

TEST_F(ResolverTest, TellsAllAddressesAndOnlyWhenTheyChange) {
  name("http://app.internal:3000");
  answers_["app.internal"] = endpoints({"10.0.0.2", "10.0.0.1"});
  Resolver resolver(loop_, scripted());
  resolver.start();
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0].first, "app.internal:3000");
  EXPECT_THAT(told_[0].second, ElementsAre("10.0.0.1", "10.0.0.2"));

  answers_["app.internal"] = endpoints({"10.0.0.1", "10.0.0.2"});
  ASSERT_TRUE(run_lookups(3));
  EXPECT_EQ(told_.size(), 1U) << "their order means nothing";

  answers_["app.internal"] = endpoints({"10.0.0.3", "10.0.0.2"});
  ASSERT_TRUE(run_lookups(2));
  ASSERT_EQ(told_.size(), 2U);
  EXPECT_THAT(told_[1].second, ElementsAre("10.0.0.2", "10.0.0.3"));
}

TEST_F(ResolverTest, ANameThatStopsResolvingKeepsItsAddresses) {
  name("http://app.internal:3000");
  answers_["app.internal"] = endpoints({"10.0.0.1"});
  Resolver resolver(loop_, scripted());
  resolver.start();

  answers_.clear();
  ASSERT_TRUE(run_lookups(2));
  answers_["app.internal"] = {};
  ASSERT_TRUE(run_lookups(2));

  EXPECT_EQ(told_.size(), 1U);
}

TEST_F(ResolverTest, ANameThatCannotBeResolvedHoldsUpNobody) {
  name("http://nobody.invalid:3000");
  name("http://app.internal:3001");
  answers_["app.internal"] = endpoints({"10.0.0.1"});
  Resolver resolver(loop_, scripted());
  resolver.start();
  ASSERT_TRUE(run_lookups(4));
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0].first, "app.internal:3001");

  answers_["nobody.invalid"] = endpoints({"10.0.0.2"});
  EXPECT_TRUE(run_until([&] { return told_.size() == 2; }));
}

TEST_F(ResolverTest, SaysWhenNobodyNamesItAnyMore) {
  name("http://app.internal:3000");
  answers_["app.internal"] = endpoints({"10.0.0.1"});
  Resolver resolver(loop_, scripted());
  resolver.start();

  named_.clear();
  resolver.look();

  ASSERT_EQ(told_.size(), 2U);
  EXPECT_EQ(told_[1].first, "app.internal:3000");
  EXPECT_THAT(told_[1].second, IsEmpty());
}

TEST_F(ResolverTest, CallsNothingAfterStop) {
  name("http://localhost:3000");
  Resolver resolver(loop_, settings());
  resolver.start();
  resolver.stop();

  loop_.run();

  EXPECT_TRUE(told_.empty());
}

}  // namespace
}  // namespace gapura::proxy
