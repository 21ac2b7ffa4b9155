#include "balancer/routing/rule.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gapura::balancer::routing {
namespace {

struct Request {
  std::string_view host = "example.com";
  std::string_view path = "/";
  std::string_view method = "GET";
  std::vector<HttpField> fields = {};
};

RulePtr parsed(std::string_view text) {
  auto result = parse_rule(text);
  if (const auto* error = std::get_if<RuleError>(&result)) {
    ADD_FAILURE() << text << " column " << error->column << ": " << error->message;
    return nullptr;
  }
  return std::get<RulePtr>(std::move(result));
}

bool matches(std::string_view rule, const Request& request) {
  const RulePtr parsed_rule = parsed(rule);
  if (parsed_rule == nullptr) return false;
  return parsed_rule->matches({request.method, request.host, request.path, request.fields});
}

RuleError error_of(std::string_view text) {
  auto result = parse_rule(text);
  const auto* error = std::get_if<RuleError>(&result);
  EXPECT_NE(error, nullptr) << text << " is accepted";
  return error == nullptr ? RuleError{} : *error;
}

void expect_error(std::string_view text, std::size_t column, std::string_view part) {
  const RuleError error = error_of(text);
  EXPECT_EQ(error.column, column) << text << ": " << error.message;
  EXPECT_NE(error.message.find(part), std::string::npos) << text << ": " << error.message;
}

TEST(Rule, PathIsExact) {
  EXPECT_TRUE(matches("Path(`/a`)", {.path = "/a"}));
  EXPECT_FALSE(matches("Path(`/a`)", {.path = "/a/"}));
  EXPECT_FALSE(matches("Path(`/a`)", {.path = "/A"}));
  EXPECT_FALSE(matches("Path(`/a`)", {.path = ""}));
}

TEST(Rule, PathPrefixHasNoSegmentBorder) {
  EXPECT_TRUE(matches("PathPrefix(`/products`)", {.path = "/products-for-sale"}));
  EXPECT_TRUE(matches("PathPrefix(`/products`)", {.path = "/products"}));
  EXPECT_FALSE(matches("PathPrefix(`/products`)", {.path = "/product"}));
}

TEST(Rule, HostIgnoresCasePortAndTrailingDot) {
  for (const std::string_view host :
       {"example.com", "EXAMPLE.com", "example.com:8080", "example.com.", "Example.Com.:80"}) {
    EXPECT_TRUE(matches("Host(`Example.com.`)", {.host = host})) << host;
  }
  EXPECT_FALSE(matches("Host(`example.com`)", {.host = "www.example.com"}));
  EXPECT_FALSE(matches("Host(`example.com`)", {.host = ""}));
}

TEST(Rule, HostTakesIpv6WithAndWithoutBrackets) {
  EXPECT_TRUE(matches("Host(`[::1]`)", {.host = "[::1]:80"}));
  EXPECT_TRUE(matches("Host(`::1`)", {.host = "[::1]"}));
  EXPECT_FALSE(matches("Host(`::1`)", {.host = "[::2]"}));
}

TEST(Rule, HostWildcardStandsForOneLabel) {
  EXPECT_TRUE(matches("Host(`*.example.com`)", {.host = "a.EXAMPLE.com:80"}));
  EXPECT_FALSE(matches("Host(`*.example.com`)", {.host = "a.b.example.com"}));
  EXPECT_FALSE(matches("Host(`*.example.com`)", {.host = "example.com"}));
  EXPECT_FALSE(matches("Host(`*.example.com`)", {.host = ".example.com"}));
}

TEST(Rule, HostStarMatchesEvenWithoutHost) {
  EXPECT_TRUE(matches("Host(`*`)", {.host = ""}));
  EXPECT_TRUE(matches("Host(`*`)", {.host = "x"}));
}

TEST(Rule, MethodIsUpperCasedInTheRuleOnly) {
  EXPECT_TRUE(matches("Method(`get`)", {.method = "GET"}));
  EXPECT_FALSE(matches("Method(`GET`)", {.method = "get"}));
}

TEST(Rule, HeaderComparesNamesWithoutCaseAndValuesExactly) {
  const std::vector<HttpField> fields = {{"x-team", "red"}, {"X-Team", "blue"}};

  EXPECT_TRUE(matches("Header(`X-Team`, `blue`)", {.fields = fields}));
  EXPECT_TRUE(matches("Header(`X-TEAM`, `red`)", {.fields = fields}));
  EXPECT_FALSE(matches("Header(`X-Team`, `Blue`)", {.fields = fields}));
  EXPECT_FALSE(matches("Header(`X-Tea`, `blue`)", {.fields = fields}));
}

TEST(Rule, AndBindsTighterThanOr) {
  const std::string_view rule = "Path(`/a`) || Path(`/b`) && Method(`POST`)";

  EXPECT_TRUE(matches(rule, {.path = "/a"}));
  EXPECT_FALSE(matches(rule, {.path = "/b"}));
  EXPECT_TRUE(matches(rule, {.path = "/b", .method = "POST"}));
}

TEST(Rule, ParenthesesComeFirst) {
  const std::string_view rule = "(Path(`/a`) || Path(`/b`)) && Method(`POST`)";

  EXPECT_FALSE(matches(rule, {.path = "/a"}));
  EXPECT_TRUE(matches(rule, {.path = "/a", .method = "POST"}));
}

TEST(Rule, NotBindsTightest) {
  const std::string_view rule = "!Path(`/a`) && Method(`GET`)";

  EXPECT_FALSE(matches(rule, {.path = "/a"}));
  EXPECT_TRUE(matches(rule, {.path = "/b"}));
  EXPECT_FALSE(matches(rule, {.path = "/b", .method = "POST"}));
  EXPECT_TRUE(matches("!!Path(`/a`)", {.path = "/a"}));
}

TEST(Rule, NegationIsPushedDownToTheMatchers) {
  const RulePtr rule = parsed("!(Path(`/a`) || !(Method(`GET`) && Host(`h`)))");

  ASSERT_NE(rule, nullptr);
  ASSERT_EQ(rule->kind, Rule::Kind::all_of);
  ASSERT_EQ(rule->children.size(), 2U);
  EXPECT_TRUE(rule->children[0]->is_negated);
  EXPECT_EQ(rule->children[1]->kind, Rule::Kind::all_of);
  EXPECT_FALSE(rule->children[1]->children[0]->is_negated);
}

TEST(Rule, MatcherNamesHaveFourSpellings) {
  for (const std::string_view name : {"PathPrefix", "pathprefix", "PATHPREFIX", "Pathprefix"}) {
    EXPECT_TRUE(matches(std::string(name) + "(`/a`)", {.path = "/a"})) << name;
  }
  expect_error("pathPrefix(`/a`)", 1, "did you mean 'PathPrefix'?");
}

TEST(Rule, TakesDoubleQuotesWithEscapesAndSpacesAnywhere) {
  EXPECT_TRUE(matches("\n Path ( \"/a\\\"\\x41\\\\\" ) ", {.path = "/a\"A\\"}));
  EXPECT_TRUE(matches("Path(`/a\\n`)", {.path = "/a\\n"}));
  expect_error("Path(\"/\\q\")", 8, "unknown escape");
}

TEST(Rule, SaysWhereAndWhatIsWrong) {
  expect_error("", 1, "empty");
  expect_error("   ", 1, "empty");
  expect_error("Path('/a')", 6, "single quotes");
  expect_error("Path(/a)", 6, "expected an argument");
  expect_error("Path(`/a)", 6, "never closed");
  expect_error("Path(\"/a)", 6, "never closed");
  expect_error("Path(`/a`", 10, "expected , or )");
  expect_error("Path(`/a`) Path(`/b`)", 12, "expected && or ||");
  expect_error("Path(`/a`) & Path(`/b`)", 12, "expected && or ||");
  expect_error("Path(`/a`) && ", 15, "expected a matcher");
  expect_error("(Path(`/a`)", 12, "expected && or || or the ) of column 1, but the rule ends");
  expect_error("Path(`/a`))", 11, "expected && or ||");
  expect_error("Host:example.com", 5, "expected ( after Host");
  expect_error("!", 2, "expected a matcher");
}

TEST(Rule, RefusesWrongArguments) {
  expect_error("Path()", 1, "takes 1 argument, not 0");
  expect_error("Path(`/a`, `/b`)", 1, "write Path(`…`) || Path(`…`)");
  expect_error("Header(`a`)", 1, "takes 2 arguments, not 1");
  expect_error("Header(`a`, ``)", 13, "is empty");
  expect_error("Host(``)", 6, "is empty");
  expect_error("Path(`a`)", 6, "must begin with '/'");
  expect_error("PathPrefix(`a`)", 12, "must begin with '/'");
  expect_error("Host(`bücher.de`)", 6, "punycode");
  expect_error("Host(`a.*.de`)", 6, "first label");
  expect_error("Host(`*a.de`)", 6, "first label");
  expect_error("Host(`.`)", 6, "no name");
}

TEST(Rule, KnowsMatchersThatAreNotBuiltYet) {
  for (const std::string_view name :
       {"HostRegexp", "PathRegexp", "HeaderRegexp", "Query", "QueryRegexp", "ClientIP",
        "clientip"}) {
    const RuleError error = error_of("Path(`/`) && " + std::string(name) + "(`x`, `y`)");
    EXPECT_EQ(error.column, 14U);
    EXPECT_NE(error.message.find("is not built yet"), std::string::npos) << error.message;
  }
}

TEST(Rule, SuggestsTheNearestMatcher) {
  expect_error("Pth(`/a`)", 1, "no matcher is called 'Pth' (did you mean 'Path'?)");
}

TEST(Rule, NestingIsLimited) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "Path(`/`)" + std::string(depth, ')');
  };

  EXPECT_TRUE(matches(nested(256), {}));
  expect_error(nested(257), 257, "nested too deeply");
  expect_error(nested(20'000), 257, "nested too deeply");
}

TEST(Rule, LengthIsLimited) {
  const std::string padding(64 * 1024 - 9, ' ');

  EXPECT_TRUE(matches("Path(`/`)" + padding, {}));
  EXPECT_NE(error_of("Path(`/`)" + padding + " ").message.find("64 KiB"), std::string::npos);
}

TEST(Rule, ManyNegationsNeedNoStack) {
  EXPECT_TRUE(matches(std::string(60'000, '!') + "Path(`/`)", {}));
}

}  // namespace
}  // namespace gapura::balancer::routing
