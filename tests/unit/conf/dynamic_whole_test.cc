#include <gtest/gtest.h>

#include "conf/dynamic_config.h"
#include "tests/unit/conf/lines.h"

namespace gapura::conf {
namespace {

DynamicConfig config_of(const std::string& yaml, const char* file = "d.yaml") {
  return parse_dynamic(yaml, file).config;
}
std::string router(const std::string& options) {
  return "http:\n  routers:\n    r: {rule: \"Path(`/`)\", " + options + "}\n";
}
const std::string kService = "  services:\n    calculate: {loadBalancer: {servers: []}}\n";

TEST(Merge, FirstFileInNameOrderWins) {
  const DynamicConfig second = config_of(router("service: b") + kService, "dir/b.yaml");
  const DynamicConfig first = config_of(router("service: a") + kService, "dir/a.yaml");
  Problems problems;
  const DynamicConfig merged = merge({{"dir/b.yaml", second}, {"dir/a.yaml", first}}, problems);

  EXPECT_EQ(merged.routers.at("r").service, "a");
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].severity, Severity::warning);
  EXPECT_EQ(problems[0].to_string(),
            "dir/b.yaml:3:5: http.routers.r: is ignored: dir/a.yaml defines the same name, and the "
            "first file wins");
  EXPECT_EQ(problems[1].to_string(),
            "dir/b.yaml: http.services.calculate: is ignored: dir/a.yaml defines the same name, "
            "and the first file wins");
}

TEST(Merge, KeepsWhatFilesDoNotShare) {
  Problems problems;
  const DynamicConfig merged = merge(
      {{"a", config_of(router("service: s"))}, {"b", config_of("http:\n" + kService)}}, problems);

  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(merged.routers.size() + merged.services.size(), 2U);
  EXPECT_EQ(merge({}, problems), DynamicConfig{});
}

struct Resolved {
  RouterConfig router;
  std::string problems;
};
Resolved resolved(const std::string& yaml) {
  DynamicConfig config = config_of(yaml);
  Problems problems;
  resolve(config, {"web", "internal"}, problems);
  return {config.routers.at("r"), lines(problems)};
}

TEST(Resolve, DisablesARouterWhoseServiceIsMissing) {
  const Resolved result = resolved(router("service: calclate") + kService);

  EXPECT_EQ(result.router.fault, "there is no service 'calclate' (did you mean 'calculate'?)");
  EXPECT_EQ(result.problems,
            "E 3:37: http.routers.r.service: there is no service 'calclate' (did you mean "
            "'calculate'?); this router is disabled\n");
}

TEST(Resolve, SuspectsBrokenFilesOfHavingWhatIsMissing) {
  DynamicConfig config = config_of(router("service: s"));
  Problems problems;
  resolve(config, {"web"}, problems, {"a.yaml"});
  resolve(config = config_of(router("service: s")), {"web"}, problems, {"a.yaml", "b.yaml"});

  EXPECT_EQ(lines(problems),
            "E 3:37: http.routers.r.service: there is no service 's'; a.yaml is broken and may "
            "define it; this router is disabled\n"
            "E 3:37: http.routers.r.service: there is no service 's'; a.yaml and 1 other file are "
            "broken and may define it; this router is disabled\n");
  EXPECT_EQ(config.routers.at("r").fault, "there is no service 's'")
      << "the same whatever is broken, or a mended file would change the router";
}

TEST(Resolve, DisablesARouterWhoseServiceIsDisabled) {
  const Resolved result = resolved(router("service: w") + "  services:\n    w: {weighted: {}}\n");

  EXPECT_EQ(result.router.fault,
            "its service 'w' is disabled: weighted: has no service with a weight above 0; this "
            "service is disabled");
}

TEST(Resolve, KeepsARouterOnTheEntryPointsThatExist) {
  const Resolved result =
      resolved(router("service: calculate, entryPoints: [webs, web]") + kService);

  EXPECT_EQ(result.router.fault, "");
  EXPECT_EQ(result.router.entry_points, std::vector<std::string>{"web"});
  EXPECT_EQ(result.problems,
            "E 3:48: http.routers.r.entryPoints: there is no entry point 'webs' (did you mean "
            "'web'?); the router stays on its other entry points\n");
}

TEST(Resolve, DisablesARouterWithoutAnyEntryPointLeft) {
  const Resolved result =
      resolved(router("service: calculate, entryPoints: [x1, traefik]") + kService);

  EXPECT_EQ(result.router.fault,
            "there is no entry point 'x1', there is no entry point 'traefik' for routers: the "
            "internal one is not open to them yet");
  EXPECT_EQ(result.router.entry_points, (std::vector<std::string>{"x1", "traefik"}))
      << "never empty, which would mean the default ones";
}

TEST(Resolve, LeavesKnownFaultsAlone) {
  const Resolved result = resolved(router("service: missing, tls: {}"));

  EXPECT_EQ(result.problems, "");
  EXPECT_NE(result.router.fault.find("tls"), std::string::npos);
}

TEST(Resolve, AcceptsWhatExists) {
  const Resolved result = resolved(router("service: calculate, entryPoints: [web]") + kService);

  EXPECT_EQ(result.router.fault + result.problems, "");
}

TEST(Problems, AreToldOnceInAPlace) {
  Problems problems{{Severity::error, "f", 3, 7, "a", "first"},
                    {Severity::warning, "f", 4, 1, "a", "a warning"},
                    {Severity::error, "f", 0, 0, "a", "nowhere"}};
  add_untold(problems, {{Severity::error, "f", 3, 7, "a.b", "again"},
                        {Severity::error, "g", 3, 7, "a", "other file"},
                        {Severity::error, "f", 4, 1, "a", "an error"},
                        {Severity::error, "f", 0, 0, "b", "nowhere too"}});

  EXPECT_EQ(lines(problems),
            "E 3:7: a: first\nW 4:1: a: a warning\nE a: nowhere\nE 3:7: a: other file\n"
            "E 4:1: a: an error\nE b: nowhere too\n");
}

TEST(ProblemText, LeavesOutWhatIsNotKnown) {
  Problem problem{.file = "f", .line = 3, .column = 7, .path = "a.b", .message = "m"};
  EXPECT_EQ(problem.to_string(), "f:3:7: a.b: m");
  problem.column = 0;
  EXPECT_EQ(problem.to_string(), "f:3: a.b: m");
  problem.line = 0;
  problem.path.clear();
  EXPECT_EQ(problem.to_string(), "f: m");
  problem.file.clear();
  EXPECT_EQ(problem.to_string(), "m");
}

}  // namespace
}  // namespace gapura::conf
