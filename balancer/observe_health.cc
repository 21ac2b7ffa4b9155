// What is observed of a target's health, and what becomes of it: who is doubted is suspended, who
// is well again comes back, slowly if the service says so.
#include <algorithm>
#include <utility>

#include "balancer/lifecycle.h"
#include "balancer/registry_state.h"

namespace gapura::balancer {
namespace {

/// True when as many of the service's targets may be ejected as are, and one more.
bool may_eject_one_more(const ServiceEntry& service, unsigned percent_max) {
  std::size_t all = 0;
  std::size_t suspended = 0;
  for (const auto& member : service.members) {
    if (!member->is_in_snapshot() || member->drain) continue;
    ++all;
    suspended += member->phase == Phase::suspended ? 1 : 0;
  }
  return (suspended + 1) * 100 <= all * percent_max;
}

}  // namespace

// --- Registry::State ---

void Registry::State::doubt(Member& member, Member::Doubt why, std::string reason, TimePoint now) {
  const auto phase = next_phase(member.phase, LifeEvent::doubt);
  if (!phase) return;
  member.doubt = why;
  member.is_unreachable = false;
  member.ramp_tenths = 10;
  // The worker that saw it may have set it, but a success of another may have cleared it since.
  member.state->is_suspended.store(true, std::memory_order_relaxed);
  change_phase(member, *phase, std::move(reason), now);
  is_changed = true;  // its weight, and who is a last resort, may be others now
}

std::optional<Phase> Registry::State::begin_use(Member& member) {
  // The first target of a service takes all there is in any case.
  const bool is_slow =
      member.service->config.slow_start.count() != 0 && has_others_that_are_well(member);
  const auto phase = next_phase(member.phase, is_slow ? LifeEvent::warm_up : LifeEvent::ready);
  if (!phase) return std::nullopt;
  member.ramp_tenths = is_slow ? 1 : 10;
  member.was_used = true;
  return phase;
}

void Registry::State::make_available(Member& member, std::string reason, TimePoint now) {
  const auto phase = begin_use(member);
  if (!phase) return;
  member.state->is_suspended.store(false, std::memory_order_relaxed);
  change_phase(member, *phase, std::move(reason), now);
  is_changed = true;
}

void Registry::State::warm_up(Member& member, TimePoint now) {
  const Milliseconds slow_start = member.service->config.slow_start;
  const auto warm_for = std::chrono::duration_cast<Milliseconds>(now - member.since);
  const unsigned tenths = ramp_tenths(warm_for, slow_start);
  if (tenths != member.ramp_tenths) is_changed = true;
  member.ramp_tenths = tenths;
  if (tenths < 10) return;
  const auto phase = next_phase(member.phase, LifeEvent::ready);
  if (phase) change_phase(member, *phase, "has its full share", now);
}

void Registry::State::watch_rates(TimePoint now) {
  for (Member* member : by_slot) {
    if (member == nullptr) continue;
    member->rate.look(member->state->requests.load(std::memory_order_relaxed), now);
  }
}

void Registry::State::watch_health(TimePoint now) {
  for (Member* member : by_slot) {
    if (member == nullptr) continue;
    if (member->phase == Phase::warming) warm_up(*member, now);
    const bool is_over = member->phase == Phase::suspended &&
                         member->doubt == Member::Doubt::requests && now >= member->ejected_until;
    // With checks of its own it is for them to say that a target is well again, as in Traefik.
    if (is_over && !member->service->config.health_check) {
      make_available(*member, "its time out is over", now);
    }
  }
}

// --- Registry ---

void Registry::connect_failed(const TargetRef& target, std::string reason, TimePoint now) {
  State& s = *state_;
  Member* member = s.find(target);
  if (member == nullptr) return;
  if (member->phase == Phase::suspended) {
    member->state->is_suspended.store(true, std::memory_order_relaxed);
    member->is_unreachable = true;
    member->reason = std::move(reason);
    return;
  }
  s.doubt(*member, Member::Doubt::connect, std::move(reason), now);
  s.commit(State::Publish::changes, now);
}

void Registry::connect_succeeded(const TargetRef& target, TimePoint now) {
  State& s = *state_;
  Member* member = s.find(target);
  if (member == nullptr || member->phase != Phase::suspended) return;
  // That it takes connections is no answer to other doubts, nor to a check that asks for more.
  if (member->doubt != Member::Doubt::connect || member->service->config.health_check) return;
  s.make_available(*member, "accepts connections again", now);
  s.commit(State::Publish::changes, now);
}

void Registry::checked(const TargetRef& target, const ProbeResult& result, TimePoint now) {
  State& s = *state_;
  Member* member = s.find(target);
  const conf::HealthCheck* check = member == nullptr ? nullptr : member->check();
  if (check == nullptr) return;
  member->last_probe = {result, now};
  switch (member->checks.note(result.is_good(), *check)) {
    case CheckRun::Verdict::none: return;
    case CheckRun::Verdict::healthy:
      if (member->is_well()) return;
      s.make_available(*member, "passed its health check", now);
      break;
    case CheckRun::Verdict::unhealthy:
      if (member->is_well()) {
        s.doubt(*member, Member::Doubt::check, "failed its health check: " + result.fault, now);
      } else if (!member->drain) {
        member->reason = "fails its health check: " + result.fault;
      }
      break;
  }
  s.commit(State::Publish::changes, now);
}

void Registry::requests_fail(const TargetRef& target, const std::string& reason, TimePoint now) {
  State& s = *state_;
  Member* member = s.find(target);
  if (member == nullptr || !member->is_well()) return;
  const auto& check = member->service->config.passive_check;
  if (!check || !may_eject_one_more(*member->service, check->ejected_percent_max)) return;
  member->ejected_until = now + member->ejections.next(check->window, now);
  s.doubt(*member, Member::Doubt::requests, "its requests fail: " + reason, now);
  s.commit(State::Publish::changes, now);
}

std::vector<CheckedTarget> Registry::checked_targets() const {
  std::vector<CheckedTarget> out;
  for (const Member* member : state_->by_slot) {
    if (member == nullptr || member->drain) continue;
    const conf::HealthCheck* check = member->check();
    if (check == nullptr) continue;
    out.push_back({.target = member->state,
                   .endpoint = member->state->endpoint,
                   .url = &member->server.url,
                   .check = check,
                   .is_well = member->is_well(),
                   .is_joining = member->phase == Phase::joining});
  }
  return out;
}

std::vector<TargetRef> Registry::suspended_targets() const {
  std::vector<TargetRef> out;
  for (const Member* member : state_->by_slot) {
    const bool is_waiting = member != nullptr && member->phase == Phase::suspended &&
                            member->doubt == Member::Doubt::connect &&
                            !member->service->config.health_check;
    if (is_waiting) out.push_back(member->state);
  }
  return out;
}

}  // namespace gapura::balancer
