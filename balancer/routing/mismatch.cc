#include "balancer/routing/mismatch.h"

#include "balancer/routing/host.h"
#include "base/ascii.h"

namespace gapura::balancer::routing {
namespace {

std::string text_of(const Rule& rule) {
  const std::string value = "(`" + rule.value + "`)";
  const std::string sign = rule.is_negated ? "!" : "";
  switch (rule.matcher) {
    case Matcher::host: return sign + "Host" + value;
    case Matcher::path: return sign + "Path" + value;
    case Matcher::path_prefix: return sign + "PathPrefix" + value;
    case Matcher::method: return sign + "Method" + value;
    case Matcher::header: return sign + "Header(`" + rule.name + "`, `" + rule.value + "`)";
  }
  return {};
}

/// The values of all fields of the name, with commas.
std::string values_of(const RequestView& request, const std::string& name) {
  std::string values;
  for (const HttpField& field : request.fields) {
    if (!iequals(field.name, name)) continue;
    if (!values.empty()) values += ", ";
    values += field.value;
  }
  return values;
}

std::string asked_by(const Rule& rule, const RequestView& request) {
  switch (rule.matcher) {
    case Matcher::host: return std::string(bare_host(request.host));
    case Matcher::path:
    case Matcher::path_prefix: return std::string(request.path);
    case Matcher::method: return std::string(request.method);
    case Matcher::header: return values_of(request, rule.name);
  }
  return {};
}

}  // namespace

std::vector<Mismatch> mismatches(const Rule& rule, const RequestView& request) {
  if (rule.matches(request)) return {};
  if (rule.kind == Rule::Kind::matcher) return {{text_of(rule), asked_by(rule, request)}};
  std::vector<Mismatch> all;
  for (const RulePtr& child : rule.children) {
    for (Mismatch& one : mismatches(*child, request)) all.push_back(std::move(one));
  }
  return all;
}

}  // namespace gapura::balancer::routing
