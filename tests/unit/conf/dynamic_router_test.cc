#include <gtest/gtest.h>

#include "conf/dynamic_config.h"
#include "tests/unit/conf/lines.h"

namespace gapura::conf {
namespace {

/// A file with one router `r`, whose options follow rule and service on line 3.
DynamicResult with_router(const std::string& options) {
  return parse_dynamic(
      "http:\n  routers:\n    r: {rule: \"Path(`/`)\", service: s" + options + "}\n", "d.yaml");
}
RouterConfig router_of(const DynamicResult& result) {
  return result.config.routers.at("r");
}

TEST(Router, ReadsItsOptions) {
  const DynamicResult result = with_router(
      "@file, EntryPoints: [web, other, web], PRIORITY: \"42\", ruleSyntax: v3, middlewares: []");

  EXPECT_TRUE(result.problems.empty()) << lines(result.problems);
  const RouterConfig router = router_of(result);
  EXPECT_EQ(router.name, "r");
  EXPECT_EQ(router.provider, "file");
  EXPECT_EQ(router.rule, "Path(`/`)");
  EXPECT_EQ(router.service, "s");
  EXPECT_EQ(router.entry_points, (std::vector<std::string>{"web", "other"}));
  EXPECT_EQ(router.priority, 42);
  EXPECT_EQ(router.fault, "");
}

TEST(Router, TakesEntryPointsFromText) {
  EXPECT_EQ(router_of(with_router(", entryPoints: web")).entry_points,
            (std::vector<std::string>{"web"}));
  EXPECT_EQ(router_of(with_router(", entryPoints: \"web, other\"")).entry_points,
            (std::vector<std::string>{"web", "other"}));
  EXPECT_TRUE(router_of(with_router(", entryPoints: ")).entry_points.empty());
}

TEST(Router, PriorityZeroIsUnsetAndTheHighestAreTraefiks) {
  EXPECT_EQ(router_of(with_router(", priority: 0")).priority, std::nullopt);
  EXPECT_EQ(router_of(with_router(", priority: -5")).priority, -5);
  EXPECT_EQ(router_of(with_router(", priority: 9223372036854774807")).fault, "");
  EXPECT_EQ(router_of(with_router(", priority: 9223372036854774808")).fault,
            "priority: must be between -9223372036854775808 and 9223372036854774807, not "
            "9223372036854774808");
}

TEST(Router, IsNeverServedOpen) {
  const std::vector<std::pair<const char*, const char*>> kTable{
      {", middlewares: [auth, \"limit@file\"]",
       "middlewares: auth and limit@file: not built yet; this router is disabled, because it must "
       "not be served open"},
      {", Middlewares: auth",
       "Middlewares: auth: not built yet; this router is disabled, because it must not be served "
       "open"},
      {", tls: {}",
       "tls: tls: not built yet; this router is disabled, because it must not be served open"},
      {", tls: ",
       "tls: tls: not built yet; this router is disabled, because it must not be served open"},
      {", tls: true",
       "tls: tls: not built yet; this router is disabled, because it must not be served open"},
      {", parentRefs: [a]",
       "parentRefs: parentRefs: not built yet; this router is disabled, because it must not be "
       "served open"},
      {", middlewares: {auth: {}}", "middlewares: expected a list, found settings"},
      {", middleware: [auth]",
       "a misspelt key is near to 'middlewares'; this router is disabled until that is mended, "
       "because it must not be served open"},
      {", tsl: {}",
       "a misspelt key is near to 'tls'; this router is disabled until that is mended, because it "
       "must not be served open"}};
  for (const auto& [options, fault] : kTable) {
    const DynamicResult result = with_router(options);
    EXPECT_TRUE(result.is_usable);
    EXPECT_EQ(router_of(result).fault, fault) << options;
    EXPECT_NE(lines(result.problems).find("E 3:"), std::string::npos) << options;
  }
}

TEST(Router, ObservabilityIsOnlyWarnedOf) {
  const DynamicResult result = with_router(", observability: {tracing: false}");

  EXPECT_EQ(router_of(result).fault, "");
  EXPECT_EQ(lines(result.problems),
            "W 3:40: http.routers.r.observability: known to Traefik, not acted on by Gapura yet: "
            "observability\n");
}

TEST(Router, UnknownKeysAreWarnedOf) {
  const DynamicResult result = with_router(", entrypoint: [web], colour: red");

  EXPECT_EQ(router_of(result).fault, "");
  EXPECT_EQ(lines(result.problems),
            "W 3:40: http.routers.r.entrypoint: unknown key 'entrypoint' is ignored (did you mean "
            "'entryPoints'?)\n"
            "W 3:59: http.routers.r.colour: unknown key 'colour' is ignored\n");
}

TEST(Router, NeedsRuleAndService) {
  const DynamicResult result = parse_dynamic(
      "http:\n  routers:\n    r:\n      rule: \"\"\n    q: {rule: x}\n    p: [a]\n    o:\n",
      "d.yaml");

  EXPECT_EQ(lines(result.problems),
            "E 4:13: http.routers.r: rule is missing; write for example rule: "
            "\"Path(`/calculate`)\"\n"
            "E 3:5: http.routers.r: service is missing; write for example service: calculate\n"
            "E 5:5: http.routers.q: service is missing; write for example service: calculate\n"
            "E 6:5: http.routers.p: expected settings, found a list\n"
            "W 7:5: http.routers.o: has nothing below it and is left out\n");
  EXPECT_EQ(router_of(result).fault,
            "rule is missing; write for example rule: \"Path(`/calculate`)\"");
  EXPECT_EQ(result.config.routers.size(), 3U);
  EXPECT_NE(result.config.routers.at("p").fault, "");
}

TEST(Router, KnowsWhereItsPartsStand) {
  const DynamicResult result = parse_dynamic(
      "http:\n  routers:\n    r:\n      service: s\n      entryPoints:\n        - web\n"
      "      rule: x\n    q: {}\n",
      "d.yaml");

  const RouterConfig r = result.config.routers.at("r");
  EXPECT_EQ(r.where.to_string(), "d.yaml:7:13: http.routers.r");
  EXPECT_EQ(r.places.name, (Place{3, 5}));
  EXPECT_EQ(r.places.service, (Place{4, 16}));
  EXPECT_EQ(r.places.entry_points, (Place{5, 7}));
  const RouterConfig q = result.config.routers.at("q");
  EXPECT_EQ(q.where.to_string(), "d.yaml:8:5: http.routers.q");
  EXPECT_EQ(q.places.service, q.places.name);
  EXPECT_EQ(q.places.entry_points, q.places.name);
}

TEST(Router, KnowsTheProvidersThatThereAre) {
  EXPECT_EQ(router_of(with_router("@file")).fault, "");
  EXPECT_EQ(router_of(with_router("@rest")).fault, "");
  EXPECT_EQ(router_of(with_router("@docker")).fault,
            "service: 's@docker' names the provider 'docker', but there are only 'file' and "
            "'rest'");
  EXPECT_EQ(router_of(with_router("@internal")).fault,
            "service: 's@internal' is not built yet; this router is disabled");
}

TEST(Router, KnowsOnlyTheThirdRuleSyntax) {
  EXPECT_EQ(router_of(with_router(", ruleSyntax: v2")).fault,
            "ruleSyntax: only the rule syntax v3 is read, not 'v2'");
}

}  // namespace
}  // namespace gapura::conf
