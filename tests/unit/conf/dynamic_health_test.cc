// healthCheck, passiveHealthCheck and slowStart.
#include <gtest/gtest.h>

#include "conf/dynamic_config.h"

namespace gapura::conf {
namespace {

using namespace std::chrono_literals;

DynamicResult with(const std::string& settings) {
  return parse_dynamic(
      "http: {services: {s: {loadBalancer: {servers: [{url: 'http://a:1'}], " + settings + "}}}}\n",
      "f.yaml");
}
ServiceConfig service(const DynamicResult& result) {
  return result.config.services.at("s");
}
std::string problems(const DynamicResult& result) {
  std::string text;
  for (const Problem& problem : result.problems)
    text += problem.path + ": " + problem.message + "\n";
  return text;
}

TEST(HealthCheck, HasTraefiksDefaults) {
  const auto result = with("healthCheck: {path: /health}");
  const auto check = service(result).health_check;
  ASSERT_TRUE(check);
  EXPECT_EQ(problems(result), "");
  EXPECT_EQ(check->path, "/health");
  EXPECT_EQ(check->method, "GET");
  EXPECT_EQ(check->interval, 30s);
  EXPECT_EQ(check->unhealthy_interval, 30s);
  EXPECT_EQ(check->timeout, 5s);
  EXPECT_EQ(check->rise, 1u);
  EXPECT_EQ(check->fall, 1u);
  EXPECT_EQ(service(result).slow_start, 10s);
  EXPECT_EQ(service(with("passHostHeader: true")).slow_start, 0s);
}

TEST(PanicThreshold, IsAPercentageAndOffUnlessSaid) {
  EXPECT_EQ(service(with("passHostHeader: true")).panic_percent, 0u);
  EXPECT_EQ(service(with("panicThreshold: 50")).panic_percent, 50u);
  EXPECT_EQ(problems(with("panicThreshold: 100")), "");
  EXPECT_NE(problems(with("panicThreshold: 101")), "");
  EXPECT_NE(problems(with("panicThreshold: -1")), "");
}

TEST(HealthCheck, ReadsAllItsKeys) {
  const auto result = with(
      "slowStart: 0, healthCheck: {path: /h, interval: 2s, unhealthyInterval: 500ms, timeout: 1, "
      "hostname: b, port: 81, method: HEAD, status: 204, headers: {X-A: b c}, rise: 2, fall: 3, "
      "body: fine}");
  EXPECT_EQ(problems(result), "");
  HealthCheck wanted;
  wanted.path = "/h";
  wanted.interval = 2s;
  wanted.unhealthy_interval = 500ms;
  wanted.timeout = 1s;
  wanted.hostname = "b";
  wanted.port = 81;
  wanted.method = "HEAD";
  wanted.status = 204;
  wanted.headers = {{"X-A", "b c"}};
  wanted.rise = 2;
  wanted.fall = 3;
  wanted.body = "fine";
  EXPECT_EQ(service(result).health_check, wanted);
  EXPECT_EQ(service(result).slow_start, 0s);
}

TEST(HealthCheck, RefusesWhatCannotBeAsked) {
  for (const char* settings :
       {"healthCheck: {}", "healthCheck: {path: health}", "healthCheck: {path: '/a b'}",
        "healthCheck: {path: \"/a\\r\\nb\"}", "healthCheck: {path: /, method: 'G T'}",
        "healthCheck: {path: /, headers: {'X A': b}}",
        "healthCheck: {path: /, headers: {X: \"a\\nb\"}}", "healthCheck: {path: /, interval: 1ms}",
        "healthCheck: {path: /, rise: 0}", "healthCheck: {path: /, port: 65536}"}) {
    EXPECT_NE(service(with(settings)).fault, "") << settings;
  }
}

TEST(HealthCheck, ConnectingIsEnoughForTcp) {
  const auto result = with("healthCheck: {mode: tcp, interval: 1s}");
  EXPECT_EQ(problems(result), "");
  EXPECT_TRUE(service(result).health_check->is_tcp);
}

TEST(PassiveHealthCheck, HasTraefiksDefaultsAndALimit) {
  const auto check = service(with("passiveHealthCheck: {}")).passive_check;
  ASSERT_TRUE(check);
  EXPECT_EQ(check->window, 10s);
  EXPECT_EQ(check->failures, 1u);
  EXPECT_EQ(check->ejected_percent_max, 50u);

  const auto other = service(with("passiveHealthCheck: {failureWindow: 1m, maxFailedAttempts: 5, "
                                  "maxEjectedPercent: 100}"))
                         .passive_check;
  EXPECT_EQ(other->window, 60s);
  EXPECT_EQ(other->failures, 5u);
  EXPECT_EQ(other->ejected_percent_max, 100u);
}

}  // namespace
}  // namespace gapura::conf
