#include <algorithm>

#include "balancer/members.h"

namespace gapura::balancer {
namespace {

Phase phase_of(const WantedTarget& unresolved) noexcept {
  return unresolved.is_drained ? Phase::gone : Phase::joining;
}

/// A server whose name has no address yet is shown, and is no target.
TargetView view_of(const std::string& service, const WantedTarget& unresolved) {
  TargetView view;
  view.service = service;
  view.id = unresolved.id;
  view.listed_id = unresolved.id;
  view.url = unresolved.listed.server.url.to_string();
  view.phase = phase_of(unresolved);
  view.reason = "its name is not resolved yet";
  view.origin = unresolved.listed.origin;
  view.weight = unresolved.listed.server.weight;
  view.ttl = unresolved.listed.ttl;
  view.is_drained = unresolved.is_drained;
  return view;
}

}  // namespace

bool has_others_that_are_well(const Member& member) noexcept {
  return std::ranges::any_of(member.service->members, [&](const auto& other) {
    return other.get() != &member && other->is_well();
  });
}

bool ServiceEntry::waits_at_zero() const noexcept {
  if (!config.autoscale || config.autoscale->min != 0) return false;
  const conf::ScalingMode mode = config.autoscale->mode;
  return mode == conf::ScalingMode::on || mode == conf::ScalingMode::up_only;
}

const conf::HealthCheck* Member::check() const noexcept {
  static const conf::HealthCheck kAcceptsConnections = [] {
    conf::HealthCheck asked;
    asked.is_tcp = true;
    return asked;
  }();
  const auto& asked = service->config.health_check;
  if (asked) return &*asked;
  const bool is_newcomer = origin == Origin::autoscale && phase == Phase::joining;
  return is_newcomer ? &kAcceptsConnections : nullptr;
}

TargetView view_of(const Member& member, TimePoint now) {
  TargetView view;
  view.service = member.state->service;
  view.id = member.state->id;
  view.url = member.state->url;
  view.listed_id = member.listed_id;
  view.address = member.state->address;
  view.phase = member.phase;
  view.reason = member.reason;
  view.origin = member.origin;
  view.weight = member.server.weight;
  view.is_drained = member.is_drained && member.is_listed;
  view.ttl = member.ttl;
  view.ramp_percent = member.phase == Phase::warming ? member.ramp_tenths * 10 : 100;
  const TargetState& state = *member.state;
  view.in_flight = state.in_flight.load(std::memory_order_relaxed);
  view.upgrades = state.upgrades.load(std::memory_order_relaxed);
  view.requests = state.requests.load(std::memory_order_relaxed);
  view.requests_per_s = member.rate.per_second();
  view.finished = state.finished_while_draining.load(std::memory_order_relaxed);
  view.cut = state.cut.load(std::memory_order_relaxed);
  if (const auto seconds = state.response_time.estimate(now); seconds.count() > 0) {
    view.response_time = std::chrono::duration_cast<Milliseconds>(seconds);
  }
  view.in_phase_for = std::chrono::duration_cast<Milliseconds>(now - member.since);
  if (const auto& probed = member.last_probe) {
    const auto ago = std::chrono::duration_cast<Milliseconds>(now - probed->at);
    view.last_probe = LastProbe{.ago = ago, .result = probed->result};
  }
  return view;
}

ServiceView view_of(const ServiceEntry& service, TimePoint now) {
  ServiceView view;
  view.name = service.config.name;
  view.provider = service.config.provider;
  view.kind = conf::kind_of(service.config.composite);
  for (const auto* child : conf::children_of(service.config.composite)) {
    view.children.push_back(child->name);
  }
  if (!service.config.is_composite()) view.strategy = conf::to_string(service.config.strategy);
  view.fault = service.is_configured ? service.config.fault
                                     : "in no file any more; what is left of it drains";
  view.in_flight_max = service.config.in_flight_max;
  view.in_flight_max_set = service.in_flight_max_set;
  const ServiceGlance glance(service);
  view.queue = glance.queue();
  view.is_panic = glance.is_panic();
  view.targets.reserve(service.members.size() + service.unresolved.size());
  for (const auto& member : service.members) view.targets.push_back(view_of(*member, now));
  for (const WantedTarget& target : service.unresolved) {
    view.targets.push_back(view_of(service.config.name, target));
  }
  return view;
}

// --- ServiceGlance ---

const std::string& ServiceGlance::name() const noexcept {
  return service_.config.name;
}

std::string ServiceGlance::label() const {
  return service_.config.name + "@" + service_.config.provider;
}

std::optional<QueueView> ServiceGlance::queue() const {
  if (service_.config.in_flight_max == 0 && !service_.waits_at_zero()) return std::nullopt;
  const QueueState& queue = *service_.queue;
  return QueueView{queue.length(), queue.ended(), queue.waited_us()};
}

std::optional<bool> ServiceGlance::is_panic() const {
  if (service_.config.panic_percent == 0) return std::nullopt;
  return service_.is_panic;
}

void ServiceGlance::each_target(const std::function<void(const TargetGlance&)>& look) const {
  for (const auto& member : service_.members) {
    const TargetState& state = *member->state;
    look({.id = state.id,
          .url = state.url,
          .address = state.address,
          .phase = member->phase,
          .in_flight = state.in_flight.load(std::memory_order_relaxed),
          .rate = &member->rate});
  }
  for (const WantedTarget& target : service_.unresolved) {
    const std::string url = target.listed.server.url.to_string();
    look({.id = target.id, .url = url, .address = {}, .phase = phase_of(target)});
  }
}

}  // namespace gapura::balancer
