#include <gtest/gtest.h>

#include "tests/unit/conf/reading.h"

namespace gapura::conf {
namespace {

TEST(Strategy, IsKnownByNameInAnyCaseAndByAlias) {
  const auto kind = [](const std::string& name) {
    const DynamicResult result = with_balancer("strategy: " + name);
    EXPECT_TRUE(result.problems.empty()) << lines(result.problems);
    return service_of(result).strategy;
  };
  for (const StrategyKind known :
       {StrategyKind::wrr, StrategyKind::leastconn, StrategyKind::p2c, StrategyKind::leasttime,
        StrategyKind::hrw, StrategyKind::random}) {
    EXPECT_EQ(kind(std::string(to_string(known))), known);
  }
  EXPECT_EQ(kind("leastconnections"), StrategyKind::leastconn);
  EXPECT_EQ(kind("RoundRobin"), StrategyKind::wrr);
  EXPECT_EQ(kind("LeastTime"), StrategyKind::leasttime);
}

TEST(Strategy, UnknownDisablesTheServiceAndNamesTheKnownOnes) {
  EXPECT_EQ(service_of(with_balancer("strategy: leastcon")).fault,
            "loadBalancer.strategy: must be wrr, leastconn, p2c, leasttime, hrw or random, not "
            "'leastcon' (did you mean 'leastconn'?)");
  EXPECT_EQ(
      lines(with_balancer("strategy: magic").problems),
      "E 3:47: http.services.s.loadBalancer.strategy: must be wrr, leastconn, p2c, leasttime, "
      "hrw or random, not 'magic'\n");
}

TEST(HashKey, IsTheClientsAddressUnlessSaid) {
  const DynamicResult result = with_balancer("strategy: hrw");

  EXPECT_EQ(service_of(result).hash_key, (HashKey{HashKey::Source::client_ip, ""}));
}

TEST(HashKey, IsReadFromItsSource) {
  const auto key = [](const std::string& hash) {
    const DynamicResult result = with_balancer("strategy: hrw, hash: {" + hash + "}");
    EXPECT_TRUE(result.problems.empty()) << lines(result.problems);
    return service_of(result).hash_key;
  };
  EXPECT_EQ(key("source: ClientIP"), (HashKey{HashKey::Source::client_ip, ""}));
  EXPECT_EQ(key("source: header, name: X-User"), (HashKey{HashKey::Source::header, "X-User"}));
  EXPECT_EQ(key("source: cookie, name: id"), (HashKey{HashKey::Source::cookie, "id"}));
  EXPECT_EQ(key("source: path"), (HashKey{HashKey::Source::path, ""}));
}

TEST(HashKey, MistakesAreNamedWithTheirPlace) {
  const auto problems = [](const std::string& settings) {
    return lines(with_balancer(settings).problems);
  };
  EXPECT_EQ(problems("strategy: hrw, hash: {source: cookies}"),
            "E 3:67: http.services.s.loadBalancer.hash.source: must be clientIP, header, cookie or "
            "path, not 'cookies' (did you mean 'cookie'?)\n");
  EXPECT_EQ(problems("strategy: hrw, hash: {source: header}"),
            "E 3:52: http.services.s.loadBalancer.hash: name is missing: which header or cookie is "
            "the key?\n");
  EXPECT_EQ(problems("strategy: hrw, hash: {source: path, name: x}"),
            "W 3:79: http.services.s.loadBalancer.hash.name: is not used: only the sources header "
            "and cookie have a name\n");
  EXPECT_EQ(problems("strategy: p2c, hash: {source: path}"),
            "W 3:52: http.services.s.loadBalancer.hash: is not used: only the strategy hrw has a "
            "key\n");
}

}  // namespace
}  // namespace gapura::conf
