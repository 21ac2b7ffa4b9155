#include "admin/hook_counts.h"

#include <string>

#include "admin/hooks.h"

namespace gapura::admin {
namespace {

/// What is asked for, without identifiers; empty: no hook.
std::string_view route_label(std::string_view path) {
  const auto route = Hooks::route_of(path);
  if (!route) return {};
  switch (*route) {
    case conf::HookRoute::alerts: return "alerts";
    case conf::HookRoute::update_servers: return "update-servers";
    case conf::HookRoute::sd: return "sd";
    case conf::HookRoute::scale: break;
  }
  if (path.ends_with("/scale-up")) return "scale-up";
  return path.ends_with("/scale-down") ? "scale-down" : "operations";
}

std::string_view outcome_label(unsigned status) {
  if (status < 400) return "accepted";
  if (status == 401 || status == 403 || status == 429) return "unauthorized";
  if (status == 409) return "refused";  // at a limit, busy, or in another mode
  return status < 500 ? "invalid" : "failed";
}

}  // namespace

void HookCounts::add(std::string_view path, unsigned status) {
  const std::string_view route = route_label(path);
  if (!route.empty()) ++requests_[{route, outcome_label(status)}];
}

void HookCounts::add(const AlertCounts& alerts) {
  alerts_.changed += alerts.changed;
  alerts_.duplicate += alerts.duplicate;
  alerts_.test += alerts.test;
  alerts_.refused += alerts.refused;
}

std::vector<metrics::Reading> HookCounts::readings() const {
  std::vector<metrics::Reading> all;
  for (const auto& [key, count] : requests_) {
    const auto& [route, outcome] = key;
    all.push_back({.family = metrics::Family::hooks_requests,
                   .labels = {{"route", std::string(route)}, {"outcome", std::string(outcome)}},
                   .value = static_cast<double>(count)});
  }
  const std::pair<const char*, std::uint64_t> alerts[] = {{"changed", alerts_.changed},
                                                          {"duplicate", alerts_.duplicate},
                                                          {"test", alerts_.test},
                                                          {"refused", alerts_.refused}};
  for (const auto& [outcome, count] : alerts) {
    all.push_back({.family = metrics::Family::hooks_alerts,
                   .labels = {{"outcome", outcome}},
                   .value = static_cast<double>(count)});
  }
  return all;
}

}  // namespace gapura::admin
