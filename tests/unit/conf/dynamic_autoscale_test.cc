#include <gtest/gtest.h>

#include "conf/dynamic_config.h"
#include "tests/unit/conf/lines.h"

namespace gapura::conf {
namespace {

/// A file with the service `s`, whose `autoscale` is on line 5.
DynamicResult with_autoscale(const std::string& settings) {
  return parse_dynamic(
      "http:\n  services:\n    s:\n      loadBalancer: {servers: [{url: 'http://10.0.0.1'}]}\n"
      "      autoscale: {" +
          settings + "}\n",
      "d.yaml");
}
std::string problems(const std::string& settings) {
  return lines(with_autoscale(settings).problems);
}
/// Of settings without a mistake.
Autoscale policy_of(const std::string& settings) {
  const DynamicResult result = with_autoscale(settings);
  EXPECT_TRUE(result.problems.empty()) << lines(result.problems);
  return result.config.services.at("s").autoscale.value_or(Autoscale());
}

TEST(Autoscale, IsAbsentUnlessWritten) {
  const DynamicResult result =
      parse_dynamic("http: {services: {s: {loadBalancer: {servers: []}}}}", "d.yaml");

  EXPECT_FALSE(result.config.services.at("s").autoscale);
}

TEST(Autoscale, ReadsSizesAndLoad) {
  const Autoscale policy = policy_of(
      "mode: observe, min: 0, max: 8, warm: 1, concurrency: 4, requestsPerSecond: 20.5, "
      "utilization: 0.8, safeUtilization: 0.7, queueWait: 200ms, "
      "latency: {percentile: 99, most: 2s}");

  EXPECT_EQ(policy.mode, ScalingMode::observe);
  EXPECT_EQ(policy.min, 0U);
  EXPECT_EQ(policy.max, 8U);
  EXPECT_EQ(policy.warm, 1U);
  EXPECT_EQ(policy.concurrency, 4);
  EXPECT_EQ(policy.requests_per_second, 20.5);
  EXPECT_EQ(policy.utilization, 0.8);
  EXPECT_EQ(policy.safe_utilization, 0.7);
  EXPECT_EQ(policy.queue_wait, Milliseconds(200));
  EXPECT_EQ(policy.latency, (LatencySignal{.percentile = 99, .most = Milliseconds(2'000)}));
}

TEST(Autoscale, ReadsWhatIsTold) {
  const Autoscale policy = policy_of(
      "mode: observe, max: 3, cpu: {up: 80, down: 35, port: 9101, path: /m, window: 1m}, memory: "
      "{}, "
      "queries: [{name: jobs, server: 'http://127.0.0.1:9090', query: 'sum(jobs)', target: 5, "
      "total: true, every: 30s, tokenFile: /run/token}], "
      "schedule: [{cron: '0 7 * * mon-fri', zone: Asia/Jakarta, for: 12h, min: 2}]");

  ASSERT_EQ(policy.resources.size(), 2U);
  EXPECT_EQ(policy.resources[0], (ResourceSignal{.kind = ResourceSignal::Kind::cpu,
                                                 .up = 80,
                                                 .down = 35,
                                                 .port = 9'101,
                                                 .path = "/m",
                                                 .window = Milliseconds(60'000)}));
  EXPECT_EQ(policy.resources[1],
            (ResourceSignal{.kind = ResourceSignal::Kind::memory, .down = {}}));
  EXPECT_EQ(policy.queries.at(0), (QuerySignal{.name = "jobs",
                                               .server = "http://127.0.0.1:9090",
                                               .query = "sum(jobs)",
                                               .target = 5,
                                               .is_total = true,
                                               .every = Milliseconds(30'000),
                                               .token_file = "/run/token"}));
  EXPECT_EQ(policy.schedule.at(0).cron, "0 7 * * mon-fri");
  EXPECT_EQ(policy.schedule.at(0).lasts, Milliseconds(12 * 3'600'000));
  EXPECT_EQ(policy.schedule.at(0).min, 2U);
}

TEST(Autoscale, ReadsItsPace) {
  const Autoscale policy = policy_of(
      "mode: observe, max: 3, concurrency: 1, tolerance: {up: 0.2, down: 0}, margin: 7, "
      "step: {up: 4, down: 2}, window: {up: 30s, down: 20m}, cooldown: {up: 15s, down: 2m}, "
      "maxCreatesPerHour: 9, maxDeletesPerHour: 8");

  EXPECT_EQ(policy.up_tolerance, 0.2);
  EXPECT_EQ(policy.down_tolerance, 0);
  EXPECT_EQ(policy.margin, 7);
  EXPECT_EQ(policy.up_step, 4U);
  EXPECT_EQ(policy.down_step, 2U);
  EXPECT_EQ(policy.up_window, Milliseconds(30'000));
  EXPECT_EQ(policy.down_window, Milliseconds(1'200'000));
  EXPECT_EQ(policy.up_cooldown, Milliseconds(15'000));
  EXPECT_EQ(policy.down_cooldown, Milliseconds(120'000));
  EXPECT_EQ(policy.creates_per_hour, 9U);
  EXPECT_EQ(policy.deletes_per_hour, 8U);
}

TEST(Autoscale, TheSafeShareFollowsTheAim) {
  EXPECT_DOUBLE_EQ(policy_of("mode: observe, max: 3, concurrency: 1").safe_utilization, 0.63);
  EXPECT_DOUBLE_EQ(
      policy_of("mode: observe, max: 3, concurrency: 1, utilization: 0.5").safe_utilization, 0.45);
}

TEST(Autoscale, ModesMayBeWhatYamlTakesForTruth) {
  EXPECT_EQ(policy_of("mode: off, max: 3").mode, ScalingMode::off);
  EXPECT_EQ(with_autoscale("mode: On, max: 3").config.services.at("s").autoscale->mode,
            ScalingMode::on);
  EXPECT_EQ(with_autoscale("mode: upOnly, max: 3").config.services.at("s").autoscale->mode,
            ScalingMode::up_only);
}

TEST(Autoscale, AnErrorTurnsScalingOffAndLeavesTheServiceAlone) {
  const DynamicResult result = with_autoscale(
      "min: 5, max: 3, concurrency: 1, provider: {process: {command: [app], ports: 9000-9010}}");

  const ServiceConfig& service = result.config.services.at("s");
  EXPECT_EQ(lines(result.problems),
            "E 5:24: http.services.s.autoscale.min: min (5) must not be above max (3)\n"
            "W 5:7: http.services.s.autoscale: scaling of this service is off because of the error "
            "in it; its targets serve on\n");
  EXPECT_EQ(service.fault, "");
  EXPECT_EQ(service.servers.size(), 1U);
  EXPECT_EQ(service.autoscale->mode, ScalingMode::off);
  EXPECT_EQ(service.autoscale->fault, "min: min (5) must not be above max (3)");
}

TEST(Autoscale, MistakesAreNamedWithTheirPlace) {
  const auto has = [](const std::string& settings, const std::string& message) {
    const std::string found = problems("mode: observe, " + settings);
    EXPECT_NE(found.find(message), std::string::npos) << settings << "\n" << found;
  };
  has("min: 1", "max is missing");
  has("max: 3, warm: 4", "warm: must not be above max");
  has("max: 3, mod: 1", "unknown key 'mod' is ignored (did you mean 'mode'?)");
  has("max: 3, utilization: 1.5", "must be between 0.05 and 1, not 1.5");
  has("max: 3, safeUtilization: 0.9", "must not be above utilization");
  has("max: 3, latency: {most: 0}", "most: must be above 0");
  has("max: 3, cpu: {up: 50, down: 60}", "down: must be below up");
  has("max: 3, cpu: {up: 70, down: 50}", "is above half of up");
  has("max: 3, cpu: {path: metrics}", "must begin with /");
  has("max: 3, cpu: {window: 1s}", "must be at least 5s");
  has("max: 3, window: {down: 7h}", "window.down: must be at most 6h");
  has("max: 3, queries: [{server: 'http://p', query: q, target: 1}]", "name is missing");
  has("max: 3, queries: [{name: cpu, server: 'http://p', query: q, target: 1}]", "is taken by");
  has("max: 3, queries: [{name: a, server: p, query: q, target: 1}]", "the URL of a Prometheus");
  has("max: 3, queries: [{name: a, server: 'http://p', query: q}]", "target must be above 0");
  has("max: 3, schedule: [{cron: '0 25 * * *', for: 1h, min: 1}]",
      "schedule[0].cron: the hour must be between 0 and 23");
  has("max: 3, schedule: [{cron: '0 2 * * *', zone: Mars/Base, for: 1h, min: 1}]",
      "schedule[0].zone: must be the name of a time zone");
  has("max: 3, schedule: [{cron: '0 2 * * *', for: 1s, min: 1}]", "must be between 1m and 744h");
  has("max: 3, schedule: [{cron: '0 2 * * *', for: 1h}]", "min is missing");
  has("max: 3, schedule: [{cron: '0 2 * * *', for: 1h, min: 4}]", "must be between 1 and 3");
  has("max: 3", "has no signal of load");
}

TEST(Autoscale, ActingWithoutAProviderIsAWarning) {
  EXPECT_NE(
      problems("max: 3, concurrency: 2").find("W 5:7: http.services.s.autoscale: has no provider"),
      std::string::npos);
  EXPECT_EQ(problems("mode: observe, max: 3, concurrency: 2"), "");
}

TEST(Autoscale, IsNotForServicesOverServices) {
  const DynamicResult result = parse_dynamic(
      "http:\n  services:\n    a: {loadBalancer: {servers: [{url: 'http://10.0.0.1'}]}}\n"
      "    w:\n      weighted: {services: [{name: a}]}\n      autoscale: {max: 3}\n",
      "d.yaml");

  EXPECT_NE(
      lines(result.problems).find("E 6:7: http.services.w.autoscale: is not for this service"),
      std::string::npos)
      << lines(result.problems);
  EXPECT_EQ(result.config.services.at("w").fault, "");
}

}  // namespace
}  // namespace gapura::conf
