#include "admin/discovery.h"

#include <boost/json.hpp>
#include <set>

#include "admin/json.h"
#include "conf/dynamic_config.h"

namespace gapura::admin {
namespace json = boost::json;

namespace {

bool is_watched(const balancer::TargetView& target, const conf::TargetsFile& wanted) {
  using balancer::Phase;
  if (target.phase == Phase::draining || target.phase == Phase::gone) return false;
  return !wanted.is_autoscaled_only || target.origin == balancer::Origin::autoscale;
}

/// "10.0.0.5:9100", with brackets around IPv6. Empty when the URL cannot be read.
std::string address_of(const balancer::TargetView& target, std::uint16_t port) {
  auto url = conf::ServerUrl::parse(target.url, nullptr);
  if (!url) return {};
  url->port = port;
  return url->authority();
}

}  // namespace

std::string discovery_text(std::span<const balancer::ServiceView> services,
                           const conf::TargetsFile& wanted) {
  json::array groups;
  for (const balancer::ServiceView& service : services) {
    if (!wanted.service.empty() && service.name != wanted.service) continue;
    std::set<std::string> addresses;
    for (const balancer::TargetView& target : service.targets) {
      if (is_watched(target, wanted)) addresses.insert(address_of(target, wanted.port));
    }
    addresses.erase("");
    if (addresses.empty()) continue;
    json::object labels;
    labels["service"] = service.name;
    for (const auto& [name, value] : wanted.labels) labels[name] = value;
    json::object group;
    group["targets"] = json::array(addresses.begin(), addresses.end());
    group["labels"] = std::move(labels);
    groups.push_back(std::move(group));
  }
  return to_text(groups);
}

}  // namespace gapura::admin
