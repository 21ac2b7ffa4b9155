/// Why a rule does not match a request, in words. For people who ask; not for the data path. Pure;
/// any thread.
#pragma once

#include <string>
#include <vector>

#include "balancer/routing/rule.h"

namespace gapura::balancer::routing {

/// A matcher that a request fails.
struct Mismatch {
  std::string part;  ///< "Host(`a.example`)", "!Method(`POST`)"
  std::string got;   ///< what the request has instead: "b.example"
};

/// All matchers that keep `rule` from matching: of parts that all must hold those that do not, of
/// alternatives every one. Empty exactly when the rule matches.
std::vector<Mismatch> mismatches(const Rule& rule, const RequestView& request);

}  // namespace gapura::balancer::routing
