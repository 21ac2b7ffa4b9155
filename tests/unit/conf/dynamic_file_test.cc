#include <gtest/gtest.h>

#include "conf/dynamic_config.h"
#include "tests/unit/conf/lines.h"

namespace gapura::conf {
namespace {

DynamicResult read_file(const std::string& yaml) {
  return parse_dynamic(yaml, "d.yaml");
}

TEST(DynamicFile, IsEmptyWhenItSaysNothing) {
  for (const char* yaml : {"", "# only\n# comments\n", "---\n", "http:\n", "~\n",
                           "http:\n  services:\n", "http:\n  services:\n    a:\n"}) {
    const DynamicResult result = read_file(yaml);
    EXPECT_TRUE(result.is_empty && result.is_usable) << yaml;
    EXPECT_EQ(result.config, DynamicConfig{});
    EXPECT_TRUE(result.problems.empty());
  }
}

TEST(DynamicFile, SaysNothingOnPurposeWithBraces) {
  for (const char* yaml : {"{}", "http: {}\n", "http: {services: {}}\n"}) {
    EXPECT_FALSE(read_file(yaml).is_empty) << yaml;
    EXPECT_TRUE(read_file(yaml).is_usable) << yaml;
  }
}

TEST(DynamicFile, IsUnusableWhenItsShapeIsWrong) {
  const std::vector<std::pair<const char*, const char*>> kTable{
      {"text\n", "E 1:1: expected settings, found 'text'\n"},
      {"- a\n", "E 1:1: expected settings, found a list\n"},
      {"http: text\n", "E 1:7: http: expected settings, found 'text'\n"},
      {"http:\n  routers: [a]\n", "E 2:3: http.routers: expected settings by name, found a list\n"},
      {"http:\n  services: a\n", "E 2:13: http.services: expected settings by name, found 'a'\n"},
      {"http: {\n",
       "E 2:1: not valid YAML: end of map flow not found; a '{' or '[' is opened and never "
       "closed\n"}};
  for (const auto& [yaml, problems] : kTable) {
    const DynamicResult result = read_file(yaml);
    EXPECT_FALSE(result.is_usable) << yaml;
    EXPECT_FALSE(result.is_empty) << yaml;
    EXPECT_EQ(result.config, DynamicConfig{}) << yaml;
    EXPECT_EQ(lines(result.problems), problems);
  }
}

TEST(DynamicFile, IsUnusableWithDuplicateKeys) {
  const DynamicResult result = read_file(R"(http:
  services:
    a: {loadBalancer: {servers: []}}
    A: {loadBalancer: {servers: []}}
    a: {loadBalancer: {servers: []}}
)");

  EXPECT_FALSE(result.is_usable);
  EXPECT_EQ(lines(result.problems),
            "E 5:5: http.services.a: key 'a' stands twice, first in line 3; remove one of them\n");
  EXPECT_FALSE(read_file("http: {}\nHTTP: {}\n").is_usable);
}

TEST(DynamicFile, RefusesTemplates) {
  const DynamicResult result = read_file("http:\n  services:\n    {{ range $i := until 3 }}\n");

  EXPECT_FALSE(result.is_usable);
  EXPECT_EQ(lines(result.problems),
            "E 3:5: '{{' begins a template, and templates are not built; write the file out in "
            "full\n");
}

TEST(DynamicFile, RefusesToml) {
  EXPECT_EQ(lines(parse_dynamic("a = 1", "x.TOML").problems),
            "E TOML is not read; write the configuration as YAML\n");
}

TEST(DynamicFile, NamesSectionsThatDoNothing) {
  EXPECT_EQ(lines(read_file("http: {middlewares: {a: {}}, serversTransports: {t: {}}, routes: {}}\n"
                            "tcp: {}\ntls: {}\nentryPoints: {}\nhtpp: {}\n")
                      .problems),
            "W 1:8: http.middlewares: known to Traefik, not acted on by Gapura yet: middlewares (a "
            "router that names one is disabled)\n"
            "W 1:30: http.serversTransports: known to Traefik, not acted on by Gapura yet: "
            "serversTransports\n"
            "W 1:58: http.routes: unknown key 'routes' is ignored (did you mean 'routers'?)\n"
            "W 3:1: tls: known to Traefik, not acted on by Gapura yet: tls (a router with tls is "
            "disabled)\n"
            "W 2:1: tcp: known to Traefik, not acted on by Gapura yet: tcp (only HTTP is served)\n"
            "W 4:1: entryPoints: is ignored here: it belongs in the static file, which is read at "
            "start\n"
            "W 5:1: htpp: unknown key 'htpp' is ignored (did you mean 'http'?)\n");
}

TEST(DynamicFile, OneWrongRouterCostsOnlyItself) {
  const DynamicResult result = read_file(R"y(http:
  routers:
    bad: {service: s}
    good: {rule: "Path(`/`)", service: s}
)y");

  EXPECT_TRUE(result.is_usable);
  EXPECT_NE(result.config.routers.at("bad").fault, "");
  EXPECT_EQ(result.config.routers.at("good").fault, "");
}

TEST(DynamicFile, ReadsAliasesAndMerges) {
  const DynamicResult result = read_file(R"(x-lb: &lb
  drainTimeout: 5
  Servers: [{url: "http://shared"}]
http:
  services:
    a: {loadBalancer: *lb}
    b: {loadBalancer: {<<: *lb, servers: [{url: "http://own"}]}}
)");

  EXPECT_TRUE(result.is_usable) << lines(result.problems);
  EXPECT_EQ(result.config.services.at("a").servers.at(0).url.host, "shared");
  EXPECT_EQ(result.config.services.at("b").servers.at(0).url.host, "own");
  EXPECT_EQ(result.config.services.at("b").drain_timeout, std::chrono::seconds(5));
}

TEST(DynamicFile, ReadsJson) {
  const DynamicResult result = read_file(
      "{\n\t\"http\": {\"services\": {\"a\": {\"loadBalancer\": {\"servers\": "
      "[{\"url\": \"http://x:1\"}]}}}}}");

  EXPECT_TRUE(result.is_usable) << lines(result.problems);
  EXPECT_EQ(result.config.services.at("a").servers.size(), 1U);
}

TEST(DynamicFile, ReadsTenThousandRouters) {
  std::string yaml = "http:\n  routers:\n";
  for (int i = 0; i < 10'000; ++i) {
    yaml += "    r" + std::to_string(i) + ":\n      rule: \"Path(`/" + std::to_string(i) +
            "`)\"\n      service: s\n";
  }
  yaml += "  services:\n    s:\n      loadBalancer:\n        servers:\n";
  for (int i = 0; i < 10'000; ++i) {
    yaml += "          - url: http://10.0." + std::to_string(i / 250) + "." +
            std::to_string(i % 250) + ":80\n";
  }
  DynamicResult result = read_file(yaml);
  resolve(result.config, {"web"}, result.problems);

  EXPECT_TRUE(result.problems.empty()) << result.problems.front().to_string();
  EXPECT_EQ(result.config.routers.size(), 10'000U);
  EXPECT_EQ(result.config.services.at("s").servers.size(), 10'000U);
}

TEST(DynamicFile, StopsListingProblems) {
  std::string yaml = "http:\n  routers:\n";
  for (int i = 0; i < 12'000; ++i) yaml += "    r" + std::to_string(i) + ": {rule: x}\n";
  const DynamicResult result = read_file(yaml);

  ASSERT_EQ(result.problems.size(), 10'001U);
  EXPECT_EQ(result.problems.back().message, "there are more errors; mend those above first");
  EXPECT_EQ(result.config.routers.size(), 12'000U);
  EXPECT_NE(result.config.routers.at("r11999").fault, "") << "disabled though not listed";
}

}  // namespace
}  // namespace gapura::conf
