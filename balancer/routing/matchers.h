/// The matchers of Traefik v3's rule language: their names, arguments and what those must be.
/// Used by the rule parser only. Pure; any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "balancer/routing/rule.h"

namespace gapura::balancer::routing {

struct MatcherKind {
  std::string_view name;  ///< as documented, "PathPrefix"
  std::size_t args_min = 1;
  std::size_t args_max = 1;
  bool is_built = false;  ///< false: part of the language, refused for now
  Matcher matcher = Matcher::path;
};

/// The matcher called `name`: as written in the documentation, all lower, ALL UPPER or
/// Title-of-lower, as Traefik registers them. nullptr: unknown.
const MatcherKind* find_matcher(std::string_view name);

/// " (did you mean 'PathPrefix'?)" or "".
std::string suggest_matcher(std::string_view name);

struct Argument {
  std::size_t column = 0;  ///< of its quote, from 1
  std::string text;
};

/// A matcher node, or what is wrong with the arguments. `column` is the matcher's.
std::variant<std::unique_ptr<Rule>, RuleError> make_matcher(const MatcherKind& kind,
                                                            std::vector<Argument> arguments,
                                                            std::size_t column);

}  // namespace gapura::balancer::routing
