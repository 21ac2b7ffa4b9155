/// Traefik v3 rule text -> matcher tree, or what is wrong with it and where.
/// Built here: Host, Path, PathPrefix, Method, Header, &&, ||, !, parentheses. The other matchers
/// of the language are known by name, and refused as not built yet.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "balancer/routing/request_view.h"

namespace gapura::balancer::routing {

struct RuleError {
  std::size_t column = 0;  ///< from 1, in bytes of the rule's text
  std::string message;
};

enum class Matcher { host, path, path_prefix, method, header };

struct Rule;
using RulePtr = std::unique_ptr<const Rule>;

/// A node: all_of / any_of over children, or one matcher, possibly negated (negations are pushed
/// down to the matchers when a rule is parsed).
struct Rule {
  enum class Kind { all_of, any_of, matcher };
  Kind kind = Kind::matcher;
  std::vector<RulePtr> children;
  Matcher matcher = Matcher::path;
  bool is_negated = false;
  std::string name;   ///< header: field name
  std::string value;  ///< host (lower case), path, prefix, method, header value

  bool matches(const RequestView& request) const noexcept;
};

std::variant<RulePtr, RuleError> parse_rule(std::string_view text);

}  // namespace gapura::balancer::routing
