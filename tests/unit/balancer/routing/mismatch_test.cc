#include "balancer/routing/mismatch.h"

#include <gtest/gtest.h>

namespace gapura::balancer::routing {
namespace {

/// "part=got" of each, with a blank after it.
std::string missed(std::string_view rule_text, const RequestView& request) {
  const auto rule = parse_rule(rule_text);
  if (!std::holds_alternative<RulePtr>(rule)) return "no rule";
  std::string text;
  for (const Mismatch& one : mismatches(*std::get<RulePtr>(rule), request)) {
    text += one.part + "=" + one.got + " ";
  }
  return text;
}

const HttpField kFields[] = {{"X-Kind", "a"}, {"x-kind", "b"}};
const RequestView kRequest{
    .method = "GET", .host = "Shop.example:80", .path = "/cart/1", .fields = kFields};

TEST(Mismatch, IsNothingWhereTheRuleMatches) {
  EXPECT_EQ(missed("Host(`shop.example`) && PathPrefix(`/cart`)", kRequest), "");
}

TEST(Mismatch, NamesThePartsThatAllMustHold) {
  EXPECT_EQ(missed("Host(`shop.example`) && Path(`/cart`) && Method(`POST`)", kRequest),
            "Path(`/cart`)=/cart/1 Method(`POST`)=GET ");
}

TEST(Mismatch, NamesEveryAlternative) {
  EXPECT_EQ(missed("Host(`a.example`) || Header(`X-Kind`, `c`)", kRequest),
            "Host(`a.example`)=Shop.example Header(`X-Kind`, `c`)=a, b ");
  EXPECT_EQ(missed("Host(`a.example`) || Header(`X-Kind`, `b`)", kRequest), "");
}

TEST(Mismatch, SaysWhatIsNegated) {
  EXPECT_EQ(missed("!PathPrefix(`/cart`)", kRequest), "!PathPrefix(`/cart`)=/cart/1 ");
}

}  // namespace
}  // namespace gapura::balancer::routing
