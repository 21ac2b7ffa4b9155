/// What a request must have for a rule to match: the alternatives under which a route is filed.
/// Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "balancer/routing/rule.h"

namespace gapura::balancer::routing {

/// At most one host and one path. Views into the rule.
struct Key {
  enum class Host { any, exact, wildcard };
  enum class Path { any, exact, prefix };
  Host host_kind = Host::any;
  Path path_kind = Path::any;
  std::string_view host;  ///< wildcard: what follows "*."
  std::string_view path;
  friend auto operator<=>(const Key&, const Key&) = default;
};

/// Every request that matches `rule` has at least one of these keys; never empty, no duplicates.
/// The reverse does not hold: the rule itself decides. Where the list would be too long, a less
/// selective one is given ({any, any} at worst).
std::vector<Key> necessary_keys(const Rule& rule);

}  // namespace gapura::balancer::routing
