#include "balancer/routing/rule.h"

#include <algorithm>

#include "balancer/routing/host.h"
#include "base/ascii.h"

namespace gapura::balancer::routing {
namespace {

bool is_host(std::string_view wanted, std::string_view sent) noexcept {
  if (wanted == "*") return true;
  const std::string_view host = bare_host(sent);
  if (!wanted.starts_with("*.")) return iequals(host, wanted);
  return iequals(after_first_label(host), wanted.substr(2));
}

bool has_field(const RequestView& request, std::string_view name, std::string_view value) noexcept {
  return std::ranges::any_of(request.fields, [&](const HttpField& field) {
    return field.value == value && iequals(field.name, name);
  });
}

bool matches_positively(const Rule& rule, const RequestView& request) noexcept {
  switch (rule.matcher) {
    case Matcher::host: return is_host(rule.value, request.host);
    case Matcher::path: return request.path == rule.value;
    case Matcher::path_prefix: return request.path.starts_with(rule.value);
    case Matcher::method: return request.method == rule.value;
    case Matcher::header: return has_field(request, rule.name, rule.value);
  }
  return false;
}

}  // namespace

bool Rule::matches(const RequestView& request) const noexcept {
  const auto child_matches = [&](const RulePtr& child) { return child->matches(request); };
  switch (kind) {
    case Kind::all_of: return std::ranges::all_of(children, child_matches);
    case Kind::any_of: return std::ranges::any_of(children, child_matches);
    case Kind::matcher: break;
  }
  return matches_positively(*this, request) != is_negated;
}

}  // namespace gapura::balancer::routing
