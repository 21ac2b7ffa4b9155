#include "balancer/route_set.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace gapura::balancer {
namespace {

conf::Problem problem_of(const conf::RouterConfig& config, const routing::RuleError& error) {
  conf::Problem problem = config.where;
  problem.severity = conf::Severity::error;
  problem.path = "http.routers." + config.name + ".rule";
  problem.message = "column " + std::to_string(error.column) + " of the rule: " + error.message +
                    "; the router is disabled";
  return problem;
}

}  // namespace

RouteSet::RouteSet(const std::vector<conf::EntryPoint>& entry_points)
    : tables_(entry_points.size()) {
  for (const conf::EntryPoint& entry_point : entry_points) {
    if (entry_point.is_default) default_entry_points_.push_back(entry_points_.size());
    entry_points_.push_back(entry_point.name);
  }
  if (!default_entry_points_.empty()) return;
  for (std::size_t i = 0; i < entry_points_.size(); ++i) default_entry_points_.push_back(i);
}

bool RouteSet::Router::routes_like(const Router& other) const noexcept {
  return view.name == other.view.name && view.rule == other.view.rule &&
         view.priority == other.view.priority && service == other.service &&
         entry_points == other.entry_points && is_routed() == other.is_routed();
}

conf::Problems RouteSet::set(const conf::DynamicConfig& files,
                             const std::map<std::string, std::size_t>& services) {
  conf::Problems problems;
  std::map<std::string, Router> routers;
  for (const auto& [name, config] : files.routers) {
    Router router = make(config, problems);
    const auto service = services.find(config.service);
    if (service != services.end()) {
      router.service = service->second;
    } else if (router.view.fault.empty()) {
      const char* what =
          files.services.contains(config.service) ? "' is disabled" : "' does not exist";
      router.view.fault = "service '" + config.service + what;
    }
    routers.emplace(name, std::move(router));
  }
  const auto routes_like = [](const auto& a, const auto& b) {
    return a.second.routes_like(b.second);
  };
  const bool is_same = std::ranges::equal(routers, routers_, routes_like);
  routers_ = std::move(routers);
  if (!is_same) rebuild_tables();
  return problems;
}

RouteSet::Router RouteSet::make(const conf::RouterConfig& config, conf::Problems& problems) const {
  Router router;
  router.view.name = config.name + "@" + config.provider;
  router.view.rule = config.rule;
  router.view.service = config.service;
  router.view.fault = config.fault;
  router.view.priority = config.priority.value_or(0);
  if (router.view.priority == 0) {
    router.view.priority = static_cast<std::int64_t>(config.rule.size());
  }
  find_entry_points(config, router);
  const auto known = routers_.find(config.name);
  if (known != routers_.end() && known->second.view.rule == config.rule) {
    router.rule = known->second.rule;
  }
  // Checked even when something else is wrong, so that both are reported at once.
  if (router.rule == nullptr) {
    auto parsed = routing::parse_rule(config.rule);
    if (const auto* error = std::get_if<routing::RuleError>(&parsed)) {
      problems.push_back(problem_of(config, *error));
      if (router.view.fault.empty()) router.view.fault = error->message;
    } else {
      router.rule = std::get<routing::RulePtr>(std::move(parsed));
    }
  }
  return router;
}

void RouteSet::find_entry_points(const conf::RouterConfig& config, Router& router) const {
  if (config.entry_points.empty()) {
    router.entry_points = default_entry_points_;
  } else {
    for (std::size_t i = 0; i < entry_points_.size(); ++i) {
      const auto& wanted = config.entry_points;
      if (std::ranges::find(wanted, entry_points_[i]) != wanted.end()) {
        router.entry_points.push_back(i);
      }
    }
    if (router.entry_points.empty() && router.view.fault.empty()) {
      router.view.fault = "none of its entry points exists";
    }
  }
  for (const std::size_t i : router.entry_points) {
    router.view.entry_points.push_back(entry_points_[i]);
  }
}

void RouteSet::rebuild_tables() {
  std::vector<std::vector<routing::Route>> routes(tables_.size());
  for (const auto& [name, router] : routers_) {
    if (!router.is_routed()) continue;
    for (const std::size_t i : router.entry_points) {
      routes[i].push_back({router.view.name, router.rule, router.view.priority, router.service});
    }
  }
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    tables_[i] = routing::Table(std::move(routes[i]));
  }
  ++generation_;
}

std::vector<RouterView> RouteSet::views() const {
  std::vector<RouterView> out;
  out.reserve(routers_.size());
  for (const auto& [name, router] : routers_) out.push_back(router.view);
  return out;
}

}  // namespace gapura::balancer
