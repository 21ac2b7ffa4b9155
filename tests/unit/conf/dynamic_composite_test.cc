#include <gtest/gtest.h>

#include "tests/unit/conf/reading.h"

namespace gapura::conf {
namespace {

TEST(Composite, WeightedHasTraefiksKeysAndDefaults) {
  const DynamicResult result = with_service(
      "weighted: {services: [{name: a, weight: 9}, {name: b@file}, {name: c, weight: 0}], "
      "sticky: {cookie: {name: home}}, healthCheck: {}}");

  EXPECT_EQ(lines(result.problems), "");
  const auto& weighted = std::get<Weighted>(service_of(result).composite);
  ASSERT_EQ(weighted.services.size(), 2U) << "a weight of 0 leaves the child out";
  EXPECT_EQ(weighted.services[0].service.name, "a");
  EXPECT_EQ(weighted.services[0].weight, 9U);
  EXPECT_EQ(weighted.services[1].service.name, "b");
  EXPECT_EQ(weighted.services[1].weight, 1U);
  EXPECT_EQ(weighted.sticky->name, "home");
}

TEST(Composite, HighestRandomWeightHasTraefiksKeysAndDefaults) {
  const DynamicResult result = with_service(
      "highestRandomWeight: {services: [{name: a, weight: 9}, {name: b@file}, {name: c, weight: "
      "0}], healthCheck: {}}");

  EXPECT_EQ(lines(result.problems), "");
  const Composite& composite = service_of(result).composite;
  EXPECT_STREQ(kind_of(composite), "highestRandomWeight");
  EXPECT_EQ(children_of(composite).size(), 2U);
  const auto& hashed = std::get<HighestRandomWeight>(composite);
  ASSERT_EQ(hashed.services.size(), 2U) << "a weight of 0 leaves the child out";
  EXPECT_EQ(hashed.services[0].weight, 9U);
  EXPECT_EQ(hashed.services[1].service.name, "b");
  EXPECT_NE(service_of(with_service("highestRandomWeight: {services: []}")).fault, "");
  EXPECT_NE(
      lines(with_service("highestRandomWeight: {services: [{name: a}], sticky: {}}").problems), "");
}

TEST(Composite, TwoEntriesOfOneChildAddUp) {
  const DynamicResult result =
      with_service("weighted: {services: [{name: a, weight: 2}, {name: a, weight: 3}]}");

  const auto& weighted = std::get<Weighted>(service_of(result).composite);
  ASSERT_EQ(weighted.services.size(), 1U);
  EXPECT_EQ(weighted.services[0].weight, 5U);
}

TEST(Composite, FailoverHasTraefiksKeysAndDefaults) {
  const DynamicResult by_health =
      with_service("failover: {service: a, fallback: b, healthCheck: {}}");
  const DynamicResult by_status = with_service(
      "failover: {service: a, fallback: b, errors: {status: [\"500-503\", 429], "
      "maxRequestBodyBytes: 10}}");

  EXPECT_EQ(lines(by_health.problems) + lines(by_status.problems), "");
  const auto& health = std::get<Failover>(service_of(by_health).composite);
  EXPECT_EQ(health.service.name, "a");
  EXPECT_EQ(health.fallback.name, "b");
  EXPECT_TRUE(health.statuses.empty());
  const auto& status = std::get<Failover>(service_of(by_status).composite);
  EXPECT_EQ(status.statuses, (std::vector<StatusRange>{{500, 503}, {429, 429}}));
  EXPECT_EQ(status.body_bytes_max, 10U);
}

TEST(Composite, MirroringHasTraefiksKeysAndDefaults) {
  const DynamicResult result = with_service(
      "mirroring: {service: a, mirrors: [{name: b}, {name: c, percent: 40}], healthCheck: {}}");
  const DynamicResult limited =
      with_service("mirroring: {service: a, mirrorBody: false, maxBodySize: 0}");

  EXPECT_EQ(lines(result.problems) + lines(limited.problems), "");
  const auto& mirroring = std::get<Mirroring>(service_of(result).composite);
  EXPECT_EQ(mirroring.service.name, "a");
  EXPECT_TRUE(mirroring.mirrors_body);
  EXPECT_EQ(mirroring.body_bytes_max, kBodyKeptDefault);
  ASSERT_EQ(mirroring.mirrors.size(), 2U);
  EXPECT_EQ(mirroring.mirrors[0].percent, 0U);
  EXPECT_EQ(mirroring.mirrors[1].service.name, "c");
  EXPECT_EQ(mirroring.mirrors[1].percent, 40U);
  EXPECT_FALSE(std::get<Mirroring>(service_of(limited).composite).mirrors_body);
  EXPECT_EQ(std::get<Mirroring>(service_of(limited).composite).body_bytes_max, 0U);
}

TEST(Composite, NoLimitOfABodyIsOurs) {
  const DynamicResult result = with_service(
      "failover: {service: a, fallback: b, errors: {status: [500], maxRequestBodyBytes: -1}}");

  EXPECT_EQ(std::get<Failover>(service_of(result).composite).body_bytes_max, kBodyKeptDefault);
}

TEST(Composite, MistakesDisableItAndSayWhere) {
  struct Row {
    const char* kind;
    const char* problem;
  };
  const std::vector<Row> kTable{
      {"weighted: {services: [{weight: 1}]}",
       "E 3:31: http.services.s.weighted.services[0]: name is missing: which service?\n"},
      {"weighted: {services: [{name: a, weight: 9999999}]}",
       "E 3:49: http.services.s.weighted.services[0].weight: "},
      {"weighted: {services: [{name: a@docker}]}",
       "E 3:38: http.services.s.weighted.services[0].name: 'a@docker' names the provider"},
      {"weighted: {services: [{name: api@internal}]}", "this service is disabled"},
      {"weighted: {services: [{name: a, middlewares: [m]}]}", "must not be served open"},
      {"weighted: {services: [{name: a, weight: -1}]}", "has no service with a weight above 0"},
      {"mirroring: {mirrors: [{name: b}]}", "service is missing: which service?"},
      {"mirroring: {service: a, mirrors: [{name: b, percent: 101}]}",
       "http.services.s.mirroring.mirrors[0].percent: "},
      {"failover: {service: a}",
       "E 3:9: http.services.s.failover: fallback is missing: which service?\n"},
      {"failover: {service: a, fallback: b, errors: {status: [5xx]}}",
       "'5xx' is no status like 503 and no range like 500-599"},
      {"failover: {service: a, fallback: b, errors: {status: [503-500]}}", "ends before it begins"},
  };
  for (const Row& row : kTable) {
    const DynamicResult result = with_service(row.kind);
    EXPECT_NE(lines(result.problems).find(row.problem), std::string::npos)
        << row.kind << "\n"
        << lines(result.problems);
    EXPECT_NE(service_of(result).fault, "") << row.kind;
  }
}

struct Resolved {
  DynamicConfig config;
  std::string problems;
  const std::string& fault(const std::string& name) const { return config.services.at(name).fault; }
};
/// "a: weighted over b and c" is {"a", "b c"}; a service over nothing has servers.
Resolved resolved(const std::vector<std::pair<std::string, std::string>>& families) {
  std::string yaml = "http:\n  services:\n";
  for (const auto& [name, children] : families) {
    yaml += "    " + name + ": ";
    if (children.empty()) {
      yaml += "{loadBalancer: {servers: []}}\n";
      continue;
    }
    yaml += "{weighted: {services: [";
    std::string rest = children;
    while (!rest.empty()) {
      const std::size_t space = rest.find(' ');
      yaml += "{name: " + rest.substr(0, space) + "}, ";
      rest = space == std::string::npos ? "" : rest.substr(space + 1);
    }
    yaml += "]}}\n";
  }
  Resolved out{parse_dynamic(yaml, "d.yaml").config, {}};
  Problems problems;
  resolve(out.config, {"web"}, problems);
  out.problems = lines(problems);
  return out;
}

TEST(Children, MayBeOverServicesThemselvesAndShared) {
  const Resolved result = resolved({{"a", "b c"}, {"b", "c d"}, {"c", ""}, {"d", ""}});

  EXPECT_EQ(result.problems, "");
  EXPECT_EQ(result.fault("a") + result.fault("b"), "");
}

TEST(Children, ThatDoNotExistDisableTheirParents) {
  const Resolved result = resolved({{"top", "middle"}, {"middle", "canry"}, {"canary", ""}});

  EXPECT_EQ(result.problems,
            "E 4:43: http.services.middle.weighted.services[0].name: there is no service 'canry' "
            "(did you mean 'canary'?); this service is disabled\n"
            "E 3:40: http.services.top.weighted.services[0].name: its service 'middle' is "
            "disabled: there is no service 'canry' (did you mean 'canary'?); this service is "
            "disabled\n");
  EXPECT_EQ(result.fault("canary"), "");
}

TEST(Children, ThatLeadBackDisableTheWholeCircle) {
  const Resolved result = resolved({{"a", "b"}, {"b", "c"}, {"c", "a"}, {"d", "d"}, {"e", ""}});

  EXPECT_EQ(result.fault("c"), "leads back to itself: 'a' -> 'b' -> 'c' -> 'a'");
  EXPECT_EQ(result.fault("d"), "leads back to itself: 'd' -> 'd'");
  EXPECT_NE(result.fault("a"), "");
  EXPECT_NE(result.fault("b"), "");
  EXPECT_EQ(result.fault("e"), "");
}

TEST(Children, LieOneUnderAnotherEightTimesAtMost) {
  std::vector<std::pair<std::string, std::string>> families{{"s0", ""}};
  for (int i = 1; i <= 9; ++i) {
    families.emplace_back("s" + std::to_string(i), "s" + std::to_string(i - 1));
  }

  const Resolved result = resolved(families);

  EXPECT_EQ(result.fault("s8"), "");
  EXPECT_EQ(result.fault("s9"), "more than 8 services lie one above another");
}

TEST(Children, InAnEndlessChainAreRefusedToo) {
  std::vector<std::pair<std::string, std::string>> families;
  for (int i = 1'000; i < 3'000; ++i) {
    families.emplace_back("s" + std::to_string(i), "s" + std::to_string(i + 1));
  }
  families.emplace_back("s3000", "");

  const Resolved result = resolved(families);

  EXPECT_NE(result.fault("s1000"), "");
  EXPECT_EQ(result.fault("s2999"), "");
}

}  // namespace
}  // namespace gapura::conf
