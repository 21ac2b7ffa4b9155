#include "balancer/snapshot_builder.h"

#include <algorithm>
#include <span>

#include "balancer/hash.h"
#include "base/check.h"

namespace gapura::balancer {
namespace {

using Places = std::map<std::string, Weighted::Child>;

/// The place of every service that is enabled, and its slot.
Places places_of(const std::map<std::string, ServiceEntry>& services) {
  Places out;
  for (const auto& [name, entry] : services) {
    if (entry.is_enabled()) out.emplace(name, Weighted::Child{out.size(), entry.slot, 1});
  }
  return out;
}

const Weighted::Child& child_at(const Places& places, const conf::ChildService& child) {
  const auto found = places.find(child.name);
  check(found != places.end(), "an enabled service has a child that is not");
  return found->second;
}

Weighted build(const conf::Weighted& config, const std::string& label, const Places& places) {
  Weighted out;
  std::vector<CookieValues> values;
  for (const conf::Weighted::Share& share : config.services) {
    out.children.push_back(child_at(places, share.service));
    out.children.back().weight = share.weight;
    values.push_back(child_cookie_values(share.service.name));
  }
  if (config.sticky) {
    out.sticky = Sticky::make(*config.sticky, label, std::span<const CookieValues>(values));
  }
  return out;
}

HighestRandomWeight build(const conf::HighestRandomWeight& config, const std::string& /*label*/,
                          const Places& places) {
  HighestRandomWeight out;
  for (const conf::Weighted::Share& share : config.services) {
    out.children.push_back({.place = child_at(places, share.service).place,
                            .weight = share.weight,
                            .hash = hash_of(share.service.name)});
  }
  return out;
}

Failover build(const conf::Failover& config, const std::string& /*label*/, const Places& places) {
  return {.service = child_at(places, config.service).place,
          .fallback = child_at(places, config.fallback).place,
          .statuses = config.statuses,
          .body_bytes_max = config.body_bytes_max};
}

Mirroring build(const conf::Mirroring& config, const std::string& /*label*/, const Places& places) {
  Mirroring out{.service = child_at(places, config.service).place,
                .mirrors_body = config.mirrors_body,
                .body_bytes_max = config.body_bytes_max,
                .mirrors = {}};
  for (const conf::Mirroring::Mirror& mirror : config.mirrors) {
    out.mirrors.push_back({child_at(places, mirror.service).slot, mirror.percent});
  }
  return out;
}

std::monostate build(std::monostate, const std::string& /*label*/, const Places& /*places*/) {
  return {};
}

Service build_service(const ServiceEntry& entry, const Places& places) {
  Service service;
  service.name = entry.config.name;
  service.label = entry.config.name + "@" + entry.config.provider;
  service.slot = entry.slot;
  const auto build_kind = [&](const auto& kind) -> Composite {
    return build(kind, service.label, places);
  };
  service.composite = std::visit(build_kind, entry.config.composite);
  if (service.is_composite()) return service;
  service.strategy = entry.config.strategy;
  service.hash_key = entry.config.hash_key;
  service.pass_host_header = entry.config.pass_host_header;
  service.in_flight_max = entry.config.in_flight_max;
  service.queue_length_max = entry.config.queue_length_max;
  service.queue_timeout = entry.config.queue_timeout;
  service.waits_at_zero = entry.waits_at_zero();
  service.retry_after_s = entry.retry_after_s;
  if (service.in_flight_max != 0 || service.waits_at_zero) service.queue = entry.queue;
  service.connect_timeout = entry.config.connect_timeout;
  service.response_timeout = entry.config.response_timeout;
  service.targets.reserve(entry.members.size());
  // While somebody warms up, weights are in tenths; a common factor changes nothing.
  const bool is_warming = std::ranges::any_of(
      entry.members, [](const auto& member) { return member->phase == Phase::warming; });
  for (const auto& member : entry.members) {
    const bool is_for_cookies = member->stay == Member::Stay::for_cookies;
    if (!member->is_in_snapshot() && !is_for_cookies) continue;
    const std::uint32_t factor = is_warming ? member->ramp_tenths : 1;
    std::vector<Target>& into = is_for_cookies ? service.staying : service.targets;
    into.push_back({member->state, member->state->endpoint, member->server.url.authority(),
                    member->server.weight * factor});
  }
  if (entry.config.passive_check) {
    service.failures_max = entry.config.passive_check->failures;
    service.failure_window = entry.config.passive_check->window;
  }
  const auto& sticky = entry.config.sticky;
  if (sticky)
    service.sticky = Sticky::make(*sticky, service.label, service.targets, service.staying);
  return service;
}

bool is_same_target(const Target& a, const Target& b) {
  return a.state == b.state && a.endpoint == b.endpoint && a.weight == b.weight;
}

bool is_same_service(const Service& a, const Service& b) {
  return a.label == b.label && a.slot == b.slot && a.composite == b.composite &&
         a.strategy == b.strategy && a.hash_key == b.hash_key && a.sticky == b.sticky &&
         a.in_flight_max == b.in_flight_max && a.queue_length_max == b.queue_length_max &&
         a.queue_timeout == b.queue_timeout && a.queue == b.queue &&
         a.waits_at_zero == b.waits_at_zero && a.retry_after_s == b.retry_after_s &&
         a.pass_host_header == b.pass_host_header && a.connect_timeout == b.connect_timeout &&
         a.failures_max == b.failures_max && a.failure_window == b.failure_window &&
         a.response_timeout == b.response_timeout &&
         std::ranges::equal(a.targets, b.targets, is_same_target) &&
         std::ranges::equal(a.staying, b.staying, is_same_target);
}

}  // namespace

Snapshot build_snapshot(const std::map<std::string, ServiceEntry>& services,
                        const std::vector<Member*>& draining,
                        const std::vector<routing::Table>& tables, std::size_t target_slots,
                        std::size_t service_slots) {
  Snapshot snapshot;
  const Places places = places_of(services);
  for (const auto& [name, entry] : services) {
    if (entry.is_enabled()) snapshot.services.push_back(build_service(entry, places));
  }
  snapshot.routes = tables;
  snapshot.draining.reserve(draining.size());
  for (const Member* member : draining) {
    if (member->stay == Member::Stay::none) snapshot.draining.push_back(member->state);
  }
  snapshot.target_slots = target_slots;
  snapshot.service_slots = service_slots;
  return snapshot;
}

std::map<std::string, std::size_t> enabled_services(const conf::DynamicConfig& files) {
  std::map<std::string, std::size_t> out;
  for (const auto& [name, service] : files.services) {
    if (service.fault.empty()) out.emplace(name, out.size());
  }
  return out;
}

bool is_same(const Snapshot& a, const Snapshot& b) {
  return a.target_slots == b.target_slots && a.service_slots == b.service_slots &&
         a.draining == b.draining && std::ranges::equal(a.services, b.services, is_same_service);
}

}  // namespace gapura::balancer
