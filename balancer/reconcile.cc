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

/// The marks do not say whose they are; a person may drain what scaling has made.
const char* drained_by(Origin origin) {
  return origin == Origin::autoscale ? "scaled in, or drained by the API" : "drained by the API";
}

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
  settle_limits(service);
  service.names.clear();
  service.unresolved.clear();
  std::unordered_set<std::string> wanted_ids;
  for (WantedTarget& target : wanted_of(service)) {
    const conf::ServerUrl& url = target.listed.server.url;
    wanted_ids.insert(target.id);
    wanted_ids.insert(target.listed.id);
    if (target.is_named) service.names.emplace(url.authority(), url);
    if (!target.endpoint.is_set()) {
      service.unresolved.push_back(std::move(target));
      continue;
    }
    const auto found = known.find(identity(target.id, url.to_string()));
    if (found == known.end()) {
      join(service, target, now);
      continue;
    }
    Member& member = *found->second;
    member.is_listed = true;
    member.listed_id = target.listed.id;
    member.server = target.listed.server;
    member.origin = target.listed.origin;
    member.ttl = target.listed.ttl;
    settle_intent(member, target.is_drained, now);
    settle_check(member, now);
  }
  for (const auto& member : service.members) {
    if (member->is_listed || !next_phase(member->phase, LifeEvent::drain)) continue;
    start_drain(*member, leave_reason(*member, wanted_ids), now);
  }
  touched.insert(service.config.name);
  is_changed = true;
}

void Registry::State::settle_limits(ServiceEntry& service) {
  const auto config = files.services.find(service.config.name);
  const auto changes = overlay.services.find(service.config.name);
  const bool has_changes = changes != overlay.services.end();
  service.in_flight_max_set = has_changes ? changes->second.in_flight_max : std::nullopt;
  if (config == files.services.end()) return;  // its targets drain as they were
  service.config.in_flight_max = service.in_flight_max_set.value_or(config->second.in_flight_max);
}

std::vector<WantedTarget> Registry::State::wanted_of(const ServiceEntry& service) const {
  if (!service.is_configured) return {};
  const auto changes = overlay.services.find(service.config.name);
  const bool has_changes = changes != overlay.services.end();
  return wanted_targets(service.config, has_changes ? changes->second : ServiceOverlay{},
                        addresses);
}

void Registry::State::join(ServiceEntry& service, const WantedTarget& wanted, TimePoint now) {
  Member& member = *service.members.emplace_back(std::make_unique<Member>());
  member.service = &service;
  member.listed_id = wanted.listed.id;
  member.server = wanted.listed.server;
  member.origin = wanted.listed.origin;
  member.ttl = wanted.listed.ttl;
  member.is_drained = wanted.is_drained;
  const Life life{wanted.id, wanted.endpoint, wanted.is_named ? wanted.endpoint.address() : ""};
  begin_life(member, life, now);
  if (wanted.is_drained) start_drain(member, drained_by(member.origin), now);
}

void Registry::State::begin_life(Member& member, const Life& life, TimePoint now) {
  const TargetSlot slot = slots.take();
  const ServiceEntry& service = *member.service;
  // Counted by hand: the reference owns it from here on.
  member.state =
      TargetRef(new TargetState(slot, service.slot, service.config.name, life.id,
                                member.server.url.to_string(), life.endpoint, life.address));
  if (by_slot.size() < slots.size()) by_slot.resize(slots.size());
  by_slot[index(slot)] = &member;
  member.phase = Phase::joining;
  member.since = now;
  member.was_used = false;
  member.checks = {};
  member.last_probe.reset();
  const bool is_checked = must_pass_a_check(member);
  member.reason = is_checked ? kUnchecked : join_reason(member.origin);
  if (!is_checked) {
    // Told as one event: it joined, and is used.
    member.phase = begin_use(member).value_or(member.phase);
  }
  events.push_back({Event::Kind::joined, view_of(member, now), {}, {}});
  is_changed = true;
}

void Registry::State::settle_intent(Member& member, bool is_drained, TimePoint now) {
  member.is_drained = is_drained;
  if (is_drained) {
    if (next_phase(member.phase, LifeEvent::drain))
      start_drain(member, drained_by(member.origin), now);
    return;
  }
  if (member.phase == Phase::draining) cancel_drain(member, now);
  if (member.phase == Phase::gone) {
    const TargetState& last = *member.state;
    const Life again{last.id, last.endpoint, last.address};
    begin_life(member, again, now);
  }
}

/// What only a check could have told is well when there is none any more.
void Registry::State::settle_check(Member& member, TimePoint now) {
  const bool waits_for_one =
      member.phase == Phase::joining ||
      (member.phase == Phase::suspended && member.doubt == Member::Doubt::check);
  if (waits_for_one && member.check() == nullptr) {
    make_available(member, "is not checked any more", now);
  }
}

void Registry::State::start_drain(Member& member, std::string reason, TimePoint now) {
  // Before the snapshot without it is published: see TargetState.
  member.state->is_draining.store(true, std::memory_order_release);
  member.drain.emplace(*member.state, now);
  // Who was doubted is, should the drain be cancelled, whether a panic used it or not.
  if (member.phase == Phase::suspended) {
    member.state->is_suspended.store(true, std::memory_order_relaxed);
  }
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
  std::string reason = kUnchecked;
  if (member.was_used || member.check() == nullptr) {
    phase = next_phase(phase, LifeEvent::ready).value_or(phase);
    member.was_used = true;
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

std::string Registry::State::leave_reason(const Member& member,
                                          const std::unordered_set<std::string>& wanted_ids) const {
  if (!member.service->is_configured) return "its service is in no file any more";
  const bool is_still_named = member.listed_id != member.state->id;
  if (wanted_ids.contains(member.state->id)) return "its id stands for another URL now";
  if (is_still_named && wanted_ids.contains(member.listed_id)) {
    return "its name does not stand for this address any more";
  }
  if (member.origin == Origin::autoscale) return "removed by autoscaling";
  if (member.origin == Origin::admin) return "removed by the API";
  const auto changes = overlay.services.find(member.service->config.name);
  const bool is_tombstoned =
      changes != overlay.services.end() && changes->second.removed.contains(member.listed_id);
  return is_tombstoned ? "removed by the API" : "taken out of the files";
}

}  // namespace gapura::balancer
