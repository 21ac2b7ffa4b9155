#include <array>

#include "balancer/routing/request_view.h"
#include "balancer/routing/rule.h"
#include "base/check.h"
#include "tests/fuzz/targets.h"

namespace gapura::fuzz {

void rule(std::string_view bytes) {
  namespace routing = balancer::routing;
  const auto parsed = routing::parse_rule(bytes);
  if (const auto* error = std::get_if<routing::RuleError>(&parsed)) {
    check(!error->message.empty(), "an error without words");
    check(error->column >= 1 && error->column <= bytes.size() + 1, "an error outside of the rule");
    return;
  }
  const routing::RulePtr& tree = std::get<routing::RulePtr>(parsed);
  check(tree != nullptr, "neither a rule nor an error");
  const std::array fields{HttpField{"X-Team", "red"}, HttpField{"Accept", "*/*"}};
  const routing::RequestView typical{
      .method = "GET", .host = "a.example:80", .path = "/api/v1", .fields = fields};
  const routing::RequestView empty{.method = "", .host = "", .path = "", .fields = {}};
  const bool first = tree->matches(typical);
  tree->matches(empty);
  check(tree->matches(typical) == first, "a rule changes its mind");
}

}  // namespace gapura::fuzz
