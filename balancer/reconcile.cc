#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "balancer/lifecycle.h"
#include "balancer/registry_state.h"

namespace gapura::balancer {
namespace {

/// A target is the same one as long as both its id and its URL stay.
std::string identity(const std::string& id, const std::string& url) {
  return id + '\n' + url;
}

std::string join_reason(Origin origin) {
  switch (origin) {
    case Origin::file: return "listed in the files";
    case Origin::admin: return "added by the API";
    case Origin::autoscale: return "added by autoscaling";
  }
  return {};
}

const char* const kUnresolved = "its name is not resolved yet";
const char* const kUnchecked = "waits for its first health check";

}  // namespace

void Registry::State::take_services() {
  for (auto& [name, service] : services) service.is_configured = files.services.contains(name);
  for (const auto& [name, config] : files.services) {
    ServiceEntry& service = services[name];
    service.config = config;
    service.is_configured = true;
    const auto next = static_cast<ServiceSlot>(service_slots.size());
    service.slot = service_slots.try_emplace(name, next).first->second;
    if (service.slot == next) {
      queues.push_back(std::make_shared<QueueState>(static_cast<unsigned>(adopted.size())));
    }
    service.queue = queues[index(service.slot)];
  }
}

/// What is there when the process starts served before it, and goes on while it is asked; a
/// newcomer has to answer first.
bool Registry::State::must_pass_a_check(const Member& member) const {
  return member.check() != nullptr && current != nullptr;
}

void Registry::State::reconcile(ServiceEntry& service, TimePoint now) {
  std::unordered_map<std::string, Member*> known;
  known.reserve(service.members.size());
  for (const auto& member : service.members) {
    member->is_listed = false;
    known.emplace(identity(member->state->id, member->state->url), member.get());
  }
  std::vector<WantedTarget> wanted;
  if (service.is_configured) {
    const auto changes = overlay.services.find(service.config.name);
    wanted = wanted_targets(service.config,
                            changes == overlay.services.end() ? ServiceOverlay{} : changes->second);
  }
  std::unordered_set<std::string> wanted_ids;
  wanted_ids.reserve(wanted.size());
  for (const WantedTarget& target : wanted) {
    wanted_ids.insert(target.id);
    const auto found = known.find(identity(target.id, target.server.url.to_string()));
    if (found == known.end()) {
      join(service, target, now);
      continue;
    }
    Member& member = *found->second;
    member.is_listed = true;
    member.server = target.server;
    member.origin = target.origin;
    settle_intent(member, target.is_drained, now);
  }
  for (const auto& member : service.members) {
    if (member->is_listed || !next_phase(member->phase, LifeEvent::drain)) continue;
    const bool has_other_url = wanted_ids.contains(member->state->id);
    start_drain(*member, leave_reason(*member, has_other_url), now);
  }
  touched.insert(service.config.name);
  is_changed = true;
}

void Registry::State::join(ServiceEntry& service, const WantedTarget& wanted, TimePoint now) {
  Member& member = *service.members.emplace_back(std::make_unique<Member>());
  member.service = &service;
  member.server = wanted.server;
  member.origin = wanted.origin;
  const conf::ServerUrl& url = member.server.url;
  const auto literal = Endpoint::parse(url.host, url.port);
  member.is_named = !literal.has_value();
  if (literal) member.endpoint = *literal;
  begin_life(member, wanted.id, now);
  if (wanted.is_drained) start_drain(member, "drained by the API", now);
}

void Registry::State::begin_life(Member& member, const std::string& id, TimePoint now) {
  const TargetSlot slot = slots.take();
  const ServiceEntry& service = *member.service;
  // Counted by hand: the reference owns it from here on.
  member.state = TargetRef(
      new TargetState(slot, service.slot, service.config.name, id, member.server.url.to_string()));
  if (by_slot.size() < slots.size()) by_slot.resize(slots.size());
  by_slot[index(slot)] = &member;
  member.phase = Phase::joining;
  member.since = now;
  member.reason = kUnresolved;
  member.checks = {};
  member.last_probe.reset();
  const bool is_reachable = member.endpoint.is_set();
  const bool is_checked = must_pass_a_check(member);
  if (is_reachable && !is_checked) {
    // Told as one event: it joined, and is used.
    member.phase = begin_use(member).value_or(member.phase);
  }
  if (is_reachable) member.reason = is_checked ? kUnchecked : join_reason(member.origin);
  events.push_back({Event::Kind::joined, view_of(member, now), {}, {}});
  is_changed = true;
}

void Registry::State::welcome(Member& member, std::string reason, TimePoint now) {
  if (must_pass_a_check(member)) {
    member.reason = kUnchecked;
    return;
  }
  make_available(member, std::move(reason), now);
}

void Registry::State::settle_intent(Member& member, bool is_drained, TimePoint now) {
  if (is_drained) {
    if (next_phase(member.phase, LifeEvent::drain)) start_drain(member, "drained by the API", now);
    return;
  }
  if (member.phase == Phase::draining) cancel_drain(member, now);
  if (member.phase == Phase::gone) {
    const std::string id = member.state->id;
    begin_life(member, id, now);
  }
}

void Registry::State::start_drain(Member& member, std::string reason, TimePoint now) {
  // Before the snapshot without it is published: see TargetState.
  member.state->is_draining.store(true, std::memory_order_release);
  member.drain.emplace(*member.state, now);
  draining.push_back(&member);
  change_phase(member, Phase::draining, std::move(reason), now);
  is_changed = true;
}

void Registry::State::cancel_drain(Member& member, TimePoint now) {
  DrainResult result;
  result.service = member.state->service;
  result.id = member.state->id;
  result.took = std::chrono::duration_cast<Milliseconds>(now - member.drain->began());
  result.finished = member.drain->finished(*member.state);
  result.cut = member.drain->cut(*member.state);
  result.was_cancelled = true;
  member.drain.reset();
  member.stay = Member::Stay::none;
  member.state->is_draining.store(false, std::memory_order_release);

  Phase phase = next_phase(member.phase, LifeEvent::undrain).value_or(member.phase);
  std::string reason = kUnresolved;
  if (member.endpoint.is_set()) {
    phase = next_phase(phase, LifeEvent::ready).value_or(phase);
    reason = "wanted again while it drained";
  }
  // A worker may have failed to connect meanwhile, or before: what it saw still holds.
  if (member.state->is_suspended.load(std::memory_order_relaxed)) {
    phase = next_phase(phase, LifeEvent::doubt).value_or(phase);
    reason = "wanted again, but it did not accept connections before";
  }
  change_phase(member, phase, std::move(reason), now);
  events.push_back({Event::Kind::drained, view_of(member, now), {}, std::move(result)});
  is_changed = true;
}

std::string Registry::State::leave_reason(const Member& member, bool has_other_url) const {
  if (!member.service->is_configured) return "its service is in no file any more";
  if (has_other_url) return "its id stands for another URL now";
  if (member.origin == Origin::autoscale) return "removed by autoscaling";
  if (member.origin == Origin::admin) return "removed by the API";
  const auto changes = overlay.services.find(member.service->config.name);
  const bool is_tombstoned =
      changes != overlay.services.end() && changes->second.removed.contains(member.state->id);
  return is_tombstoned ? "removed by the API" : "taken out of the files";
}

}  // namespace gapura::balancer
