#include <algorithm>
#include <utility>

#include "balancer/lifecycle.h"
#include "balancer/registry_state.h"
#include "base/check.h"
#include "base/plural.h"

namespace gapura::balancer {
namespace {

std::string gone_reason(const DrainResult& result) {
  return "drained: " + counted(result.finished, "request") + " finished, " +
         std::to_string(result.cut) + " had to be cut";
}

}  // namespace

Member* Registry::State::find(const TargetRef& target) const noexcept {
  if (target == nullptr || index(target->slot) >= by_slot.size()) return nullptr;
  Member* member = by_slot[index(target->slot)];
  return member != nullptr && member->state == target ? member : nullptr;
}

void Registry::State::change_phase(Member& member, Phase phase, std::string reason, TimePoint now) {
  const Phase from = std::exchange(member.phase, phase);
  member.reason = std::move(reason);
  member.since = now;
  events.push_back({Event::Kind::phase_changed, view_of(member, now), from, {}});
}

Version Registry::State::adopted_by_all() const noexcept {
  const auto oldest = std::ranges::min_element(adopted);
  return oldest == adopted.end() ? version : *oldest;
}

void Registry::State::finish_drains(TimePoint now) {
  const Version oldest = adopted_by_all();
  for (Member* member : draining) {
    if (member->drain && member->drain->is_done(*member->state, oldest)) end_drain(*member, 0, now);
  }
}

void Registry::State::enforce_deadlines(TimePoint now) {
  const Version oldest = adopted_by_all();
  for (Member* member : draining) {
    if (!member->drain) continue;
    const TargetRef& state = member->state;
    const DrainLimits limits = DrainLimits::of(member->service->config);
    switch (member->drain->step(*state, limits, oldest, now)) {
      case Drain::Step::wait: break;
      case Drain::Step::cut_stalled: cuts.push_back({state, limits.stalled}); break;
      case Drain::Step::cut_all: cuts.push_back({state, Milliseconds(0)}); break;
      case Drain::Step::finish: end_drain(*member, 0, now); break;
      case Drain::Step::give_up:
        end_drain(*member, state->in_flight.load(std::memory_order_relaxed), now);
        break;
    }
  }
}

void Registry::State::end_drain(Member& member, std::uint32_t left, TimePoint now) {
  const TargetRef& state = member.state;
  const auto gone = next_phase(member.phase, LifeEvent::drained);
  check(gone.has_value(), "only a draining target can have been drained");
  DrainResult result;
  result.service = state->service;
  result.id = state->id;
  result.took = std::chrono::duration_cast<Milliseconds>(now - member.drain->began());
  result.finished = member.drain->finished(*state);
  result.cut = member.drain->cut(*state) + left;
  member.drain.reset();
  member.phase = *gone;
  member.reason = gone_reason(result);
  member.since = now;
  by_slot[index(state->slot)] = nullptr;
  slots.retire(state);
  touched.insert(member.service->config.name);
  has_leftovers = true;
  events.push_back({Event::Kind::drained, view_of(member, now), {}, std::move(result)});
  events.push_back({Event::Kind::gone, view_of(member, now), {}, {}});
}

}  // namespace gapura::balancer
