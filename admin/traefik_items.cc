#include "admin/traefik_items.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/ascii.h"
#include "base/format.h"

namespace gapura::admin {
namespace json = boost::json;

namespace {

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

void set_status(const std::string& fault, json::object& object) {
  object["status"] = fault.empty() ? "enabled" : "disabled";
  if (!fault.empty()) object["error"] = json::array{json::value(fault)};
}

const balancer::Service* find(const balancer::Snapshot* snapshot, const std::string& name) {
  if (snapshot == nullptr) return nullptr;
  const auto found = std::ranges::find(snapshot->services, name, &balancer::Service::name);
  return found == snapshot->services.end() ? nullptr : &*found;
}

json::object load_balancer_of(const balancer::ServiceView& view, const balancer::Service* live) {
  json::array servers;
  std::vector<std::string> seen;  // a name stands for several targets, and is one server
  for (const auto& target : view.targets) {
    if (std::ranges::find(seen, target.url) != seen.end()) continue;
    seen.push_back(target.url);
    json::object server;
    server["url"] = target.url;
    if (target.weight != 1) server["weight"] = target.weight;
    servers.push_back(std::move(server));
  }
  json::object object;
  object["servers"] = std::move(servers);
  object["strategy"] = view.strategy;
  object["passHostHeader"] = live == nullptr || live->pass_host_header;
  return object;
}

json::object child_of(const std::string& name) {
  json::object child;
  child["name"] = name;
  return child;
}

/// The children with their weights, as far as they are known.
json::object shares_of(const balancer::ServiceView& view, const balancer::Snapshot* snapshot) {
  const balancer::Service* live = find(snapshot, view.name);
  json::array children;
  const auto add = [&](const auto& composite) {
    for (const auto& one : composite.children) {
      json::object child = child_of(snapshot->services[one.place].name);
      child["weight"] = one.weight;
      children.push_back(std::move(child));
    }
  };
  const auto* weighted = live ? std::get_if<balancer::Weighted>(&live->composite) : nullptr;
  const auto* hashed =
      live ? std::get_if<balancer::HighestRandomWeight>(&live->composite) : nullptr;
  if (weighted != nullptr) {
    add(*weighted);
  } else if (hashed != nullptr) {
    add(*hashed);
  } else {
    for (const auto& name : view.children) children.push_back(child_of(name));
  }
  json::object object;
  object["services"] = std::move(children);
  return object;
}

/// Of failover and mirroring: the first child is the service itself.
json::object led_by_first(const balancer::ServiceView& view) {
  json::object object;
  if (view.children.empty()) return object;
  object["service"] = view.children.front();
  const std::vector<std::string> rest(view.children.begin() + 1, view.children.end());
  if (view.kind == "failover" && !rest.empty()) object["fallback"] = rest.front();
  if (view.kind != "mirroring") return object;
  json::array mirrors;
  for (const auto& name : rest) mirrors.push_back(child_of(name));
  object["mirrors"] = std::move(mirrors);
  return object;
}

/// As it is configured: ":80", "[::1]:80".
std::string address_of(const conf::ListenAddress& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

json::object server_status_of(const balancer::ServiceView& view) {
  json::object status;
  for (const auto& target : view.targets) {
    const bool is_up = is_well(target.phase);
    if (is_up || !status.contains(target.url)) status[target.url] = is_up ? "UP" : "DOWN";
  }
  return status;
}

}  // namespace

json::object traefik_router(const balancer::RouterView& router) {
  json::object object;
  object["entryPoints"] = array_of(router.entry_points);
  object["service"] = router.service;
  object["rule"] = router.rule;
  object["priority"] = router.priority;
  set_status(router.fault, object);
  object["using"] = array_of(router.entry_points);
  object["name"] = router.name;
  object["provider"] = router.name.substr(router.name.rfind('@') + 1);
  return object;
}

json::object traefik_service(const balancer::ServiceView& service,
                             const balancer::Snapshot* snapshot,
                             const std::vector<std::string>& users) {
  json::object object;
  if (service.kind == "loadBalancer") {
    object["loadBalancer"] = load_balancer_of(service, find(snapshot, service.name));
  } else if (service.kind == "failover" || service.kind == "mirroring") {
    object[service.kind] = led_by_first(service);
  } else {
    object[service.kind] = shares_of(service, snapshot);
  }
  set_status(service.fault, object);
  if (!users.empty()) object["usedBy"] = array_of(users);
  json::object status = server_status_of(service);
  if (!status.empty()) object["serverStatus"] = std::move(status);
  object["name"] = service.name + "@" + service.provider;
  object["provider"] = service.provider;
  object["type"] = to_lower(service.kind);
  return object;
}

json::object traefik_entry_point(const conf::EntryPoint& entry_point) {
  json::object life;
  const auto set = [](json::object& into, const char* name, Milliseconds time) {
    if (time.count() != 0) into[name] = go_duration(time);
  };
  set(life, "requestAcceptGraceTimeout", entry_point.accept_grace);
  set(life, "graceTimeOut", entry_point.grace);
  json::object times;
  set(times, "readTimeout", entry_point.read_timeout);
  set(times, "writeTimeout", entry_point.write_timeout);
  set(times, "idleTimeout", entry_point.idle_timeout);
  json::object transport;
  transport["lifeCycle"] = std::move(life);
  transport["respondingTimeouts"] = std::move(times);
  json::object forwarded;
  if (entry_point.trusts_all_forwarded) forwarded["insecure"] = true;
  if (!entry_point.trusted_ips.empty()) forwarded["trustedIPs"] = array_of(entry_point.trusted_ips);
  json::object object;
  object["address"] = address_of(entry_point.address);
  if (entry_point.is_default) object["asDefault"] = true;
  object["transport"] = std::move(transport);
  object["forwardedHeaders"] = std::move(forwarded);
  object["http"] = json::object();
  object["name"] = entry_point.name;
  return object;
}

std::string go_duration(Milliseconds time) {
  const std::int64_t ms = time.count();
  if (ms == 0) return "0s";
  if (ms < 1'000) return std::to_string(ms) + "ms";
  const std::int64_t minutes = ms / 60'000;
  std::string text;
  if (minutes >= 60) text = std::to_string(minutes / 60) + "h";
  if (minutes > 0) text += std::to_string(minutes % 60) + "m";
  return text + fmt::format("{}s", static_cast<double>(ms % 60'000) / 1'000);
}

}  // namespace gapura::admin
