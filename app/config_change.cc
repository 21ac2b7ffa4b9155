#include "app/config_change.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/plural.h"

namespace gapura::app {
namespace {

constexpr std::size_t kNamesMax = 20;

using Names = std::set<std::string>;

Names targets_of(const conf::DynamicConfig& config) {
  Names names;
  for (const auto& [name, service] : config.services) {
    for (const conf::Server& server : service.servers) {
      names.insert(name + " " + server.url.authority());
    }
  }
  return names;
}

std::vector<std::string> without(const Names& all, const Names& taken_away) {
  std::vector<std::string> rest;
  std::ranges::set_difference(all, taken_away, std::back_inserter(rest));
  return rest;
}

void add_list(std::string& text, const char* title, const std::vector<std::string>& names) {
  if (names.empty()) return;
  text += text.empty() ? "" : "; ";
  text += title;
  for (std::size_t i = 0; i < std::min(names.size(), kNamesMax); ++i) {
    text += (i == 0 ? ": " : ", ") + names[i];
  }
  if (names.size() > kNamesMax) {
    text += " and " + std::to_string(names.size() - kNamesMax) + " more";
  }
}

/// Routers or services that are new, gone, or differ by `is_same`.
template <class Map, class Same>
void add_named(std::string& text, const std::string& kind, const Map& before, const Map& after,
               Same is_same) {
  std::vector<std::string> added, removed, changed;
  for (const auto& [name, value] : after) {
    const auto old = before.find(name);
    if (old == before.end()) {
      added.push_back(name);
    } else if (!is_same(old->second, value)) {
      changed.push_back(name);
    }
  }
  for (const auto& [name, value] : before) {
    if (!after.contains(name)) removed.push_back(name);
  }
  add_list(text, (kind + " added").c_str(), added);
  add_list(text, (kind + " removed").c_str(), removed);
  add_list(text, (kind + " changed").c_str(), changed);
}

/// Servers are told of one by one; weights are part of the service.
bool is_same_service(const conf::ServiceConfig& a, const conf::ServiceConfig& b) {
  conf::ServiceConfig left = a;
  conf::ServiceConfig right = b;
  const auto weight_in = [](const conf::ServiceConfig& service, const conf::ServerUrl& url) {
    const auto found = std::ranges::find(service.servers, url, &conf::Server::url);
    return found == service.servers.end() ? 0u : found->weight;
  };
  for (const conf::Server& server : a.servers) {
    const std::uint32_t weight = weight_in(b, server.url);
    if (weight != 0 && weight != server.weight) return false;
  }
  left.servers.clear();
  right.servers.clear();
  return left == right;
}

/// That a router stands on another line is no change to speak of.
bool is_same_router(const conf::RouterConfig& a, const conf::RouterConfig& b) {
  conf::RouterConfig left = a;
  left.where = b.where;
  left.places = b.places;
  return left == b;
}

}  // namespace

std::string describe_change(const conf::DynamicConfig& before, const conf::DynamicConfig& after) {
  std::string text;
  const Names old_targets = targets_of(before);
  const Names new_targets = targets_of(after);
  add_list(text, "joined", without(new_targets, old_targets));
  add_list(text, "left", without(old_targets, new_targets));
  add_named(text, "router", before.routers, after.routers, is_same_router);
  add_named(text, "service", before.services, after.services, is_same_service);
  return text;
}

std::string describe_size(const conf::DynamicConfig& config) {
  std::size_t targets = 0;
  for (const auto& [name, service] : config.services) targets += service.servers.size();
  return counted(config.routers.size(), "router") + ", " +
         counted(config.services.size(), "service") + ", " + counted(targets, "target");
}

}  // namespace gapura::app
