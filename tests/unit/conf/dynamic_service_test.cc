#include <gtest/gtest.h>

#include "tests/unit/conf/reading.h"

namespace gapura::conf {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// A file with the service `s`, whose settings are on line 3, and another one.
DynamicResult with_two_services(const std::string& settings) {
  return parse_dynamic(
      "http:\n  services:\n    s: {" + settings + "}\n    other: {loadBalancer: {servers: []}}\n",
      "d.yaml");
}
DynamicResult with_whole_balancer(const std::string& settings) {
  return with_two_services("loadBalancer: {" + settings + "}");
}
DynamicResult with_servers(const std::string& servers) {
  return with_whole_balancer("servers: [" + servers + "]");
}
std::string urls_of(const DynamicResult& result) {
  std::string out;
  for (const Server& server : service_of(result).servers) {
    out += server.url.to_string() + "*" + std::to_string(server.weight) + " ";
  }
  return out;
}

TEST(Service, HasItsDefaults) {
  const DynamicResult result = with_servers("");

  EXPECT_TRUE(result.problems.empty()) << "an empty list is valid: " << lines(result.problems);
  const ServiceConfig service = service_of(result);
  EXPECT_EQ(service.name, "s");
  EXPECT_EQ(service.fault, "");
  EXPECT_TRUE(service.servers.empty());
  EXPECT_TRUE(service.pass_host_header);
  EXPECT_EQ(service.strategy, StrategyKind::wrr);
  EXPECT_EQ(service.connect_timeout, seconds(2));
  EXPECT_EQ(service.response_timeout, seconds(0));
  EXPECT_EQ(service.drain_timeout, seconds(30));
  EXPECT_EQ(service.drain_upgrade_timeout, minutes(5));
}

TEST(Service, ReadsItsOptions) {
  const DynamicResult result = with_two_services(
      "LoadBalancer: {Strategy: LeastConn, passHostHeader: \"false\", connectTimeout: 500ms, "
      "responseHeaderTimeout: 10, drainTimeout: 1m, drainUpgradeTimeout: 1h, "
      "serversTransport: default@internal, "
      "servers: [{URL: \"http://A:1\", Weight: \"3\", preservePath: true}, {url: \"http://b\"}]}");

  EXPECT_TRUE(result.problems.empty()) << lines(result.problems);
  const ServiceConfig service = service_of(result);
  EXPECT_EQ(service.strategy, StrategyKind::leastconn);
  EXPECT_FALSE(service.pass_host_header);
  EXPECT_EQ(service.connect_timeout, Milliseconds(500));
  EXPECT_EQ(service.response_timeout, seconds(10));
  EXPECT_EQ(service.drain_timeout, minutes(1));
  EXPECT_EQ(service.drain_upgrade_timeout, minutes(60));
  EXPECT_EQ(urls_of(result), "http://a:1*3 http://b:80*1 ");
}

TEST(Service, LeavesOutAWrongServer) {
  const DynamicResult result = with_servers(
      "{url: \"http://a\"}, {url: \"a:99999\"}, {weight: 2}, http, ~, {url: [x]}, "
      "{url: \"http://b\"}");

  EXPECT_EQ(urls_of(result), "http://a:80*1 http://b:80*1 ");
  EXPECT_EQ(service_of(result).fault, "");
  EXPECT_EQ(lines(result.problems),
            "E 3:59: http.services.s.loadBalancer.servers[1].url: must begin with http://, but is "
            "'a:99999'; this server is left out\n"
            "E 3:71: http.services.s.loadBalancer.servers[2]: url is missing; this server is left "
            "out\n"
            "E 3:84: http.services.s.loadBalancer.servers[3]: expected settings, found 'http'\n"
            "E 3:90: http.services.s.loadBalancer.servers[4]: url is missing; this server is left "
            "out\n"
            "E 3:94: http.services.s.loadBalancer.servers[5].url: expected text, found a list\n");
}

TEST(Service, IsDisabledWhenAllServersAreWrong) {
  const DynamicResult result = with_servers("{url: \"ftp://a\"}");

  EXPECT_EQ(service_of(result).fault, "none of its servers has a valid url");
  EXPECT_EQ(lines(result.problems),
            "E 3:40: http.services.s.loadBalancer.servers[0].url: must begin with http://, not "
            "'ftp://'; this server is left out\n"
            "E 3:24: http.services.s.loadBalancer.servers: no server is left; this service is "
            "disabled\n");
}

TEST(Service, IsDisabledRatherThanSentInClear) {
  for (const char* scheme : {"https", "h2c", "HTTPS"}) {
    const DynamicResult result =
        with_servers(std::string("{url: \"http://a\"}, {url: \"") + scheme + "://b\"}");
    EXPECT_NE(service_of(result).fault.find("is never sent in clear instead"), std::string::npos);
    EXPECT_NE(lines(result.problems).find("; this service is disabled"), std::string::npos);
  }
}

TEST(Service, WeightsHaveLimits) {
  EXPECT_EQ(urls_of(with_servers("{url: \"http://a\", weight: 1000000}")), "http://a:80*1000000 ");
  EXPECT_EQ(urls_of(with_servers("{url: \"http://a\", weight: 0}, {url: \"http://b\"}")),
            "http://b:80*1 ");
  const DynamicResult negative = with_servers("{url: \"http://a\", weight: -1}");
  EXPECT_EQ(urls_of(negative), "");
  EXPECT_EQ(service_of(negative).fault, "") << "nobody made a mistake";
  const DynamicResult too_high = with_servers("{url: \"http://a\", weight: 1000001}");
  EXPECT_EQ(urls_of(too_high), "http://a:80*1 ");
  EXPECT_EQ(lines(too_high.problems),
            "E 3:60: http.services.s.loadBalancer.servers[0].weight: must be at most 1000000, not "
            "1000001; 1 is used\n");
  EXPECT_EQ(urls_of(with_servers("{url: \"http://a\", weight: heavy}")), "http://a:80*1 ");
}

TEST(Service, KeepsTheFirstOfTwoEqualServers) {
  const DynamicResult result =
      with_servers("{url: \"http://a\", weight: 5}, {url: \"http://A:80/\", weight: 7}");

  EXPECT_EQ(urls_of(result), "http://a:80*5 ");
  EXPECT_EQ(lines(result.problems),
            "W 3:70: http.services.s.loadBalancer.servers[1].url: http://a:80 is listed twice; the "
            "first one counts\n");
}

TEST(Service, SaysThatAPathIsIgnored) {
  const DynamicResult ignored = with_servers("{url: \"http://a/api\"}");
  EXPECT_EQ(urls_of(ignored), "http://a:80*1 ");
  EXPECT_EQ(lines(ignored.problems),
            "W 3:40: http.services.s.loadBalancer.servers[0].url: the path '/api' is ignored, as "
            "Traefik does\n");
  EXPECT_EQ(service_of(with_servers("{url: \"http://a/api\", preservePath: true}")).fault,
            "loadBalancer.servers: preservePath with the path '/api' is not built yet");
}

TEST(Service, HasExactlyOneKind) {
  EXPECT_EQ(service_of(with_two_services("")).fault,
            "has no loadBalancer; write loadBalancer: with servers: below it");
  EXPECT_EQ(service_of(with_two_services("loadBalancer: ")).fault,
            "has no loadBalancer; write loadBalancer: with servers: below it");
  const DynamicResult two = with_two_services("loadBalancer: {servers: []}, failover: {}");
  EXPECT_NE(service_of(two).fault, "");
  EXPECT_NE(lines(two.problems).find("has several kinds (loadBalancer and failover)"),
            std::string::npos);
  EXPECT_NE(service_of(with_two_services("loadBalancers: {servers: []}")).fault, "");
  EXPECT_NE(service_of(with_two_services("loadBalancer: {servers: []}, middlewares: [a]")).fault,
            "");
}

TEST(Service, WrongOptionsDisableIt) {
  const std::vector<std::pair<const char*, const char*>> kTable{
      {"servers: http", "loadBalancer.servers is not a list"},
      {"servers: {url: x}", "loadBalancer.servers is not a list"},
      {"servers: [], passHostHeader: maybe",
       "loadBalancer.passHostHeader: must be true or false, not 'maybe'"},
      {"servers: [], drainTimeout: -1s",
       "loadBalancer.drainTimeout: must not be negative, but is '-1s'"},
      {"servers: [], connectTimeout: 0",
       "loadBalancer.connectTimeout: must be above 0; nothing waits for ever to connect"}};
  for (const auto& [settings, fault] : kTable) {
    EXPECT_EQ(service_of(with_whole_balancer(settings)).fault, fault) << settings;
  }
  EXPECT_EQ(service_of(with_two_services("loadBalancer: [a]")).fault,
            "loadBalancer: expected settings, found a list");
}

TEST(Service, NamesWhatIsNotActedOn) {
  const DynamicResult result = with_whole_balancer(
      "servers: [], responseForwarding: {flushInterval: 1ms}, serversTransport: mine");

  EXPECT_EQ(service_of(result).fault, "");
  const std::string text = lines(result.problems);
  for (const char* key : {"yet: responseForwarding (", "yet: serversTransport\n"}) {
    EXPECT_NE(text.find(key), std::string::npos) << text;
  }
}

TEST(Service, WithoutServersIsWarnedOf) {
  for (const char* settings : {"", "servers: "}) {
    const DynamicResult result = with_whole_balancer(settings);
    EXPECT_EQ(service_of(result).fault, "");
    EXPECT_EQ(lines(result.problems),
              "W 3:9: http.services.s.loadBalancer: has no servers: requests to it get 503\n");
  }
}

}  // namespace
}  // namespace gapura::conf
