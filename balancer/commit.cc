#include <utility>

#include "balancer/registry_state.h"

namespace gapura::balancer {

void Registry::State::commit(Publish wanted, TimePoint now) {
  sweep();
  const bool is_due = is_changed || (has_leftovers && wanted == Publish::leftovers);
  if (has_files && is_due) publish(now);
  deliver();
}

/// Forgets what is gone and not listed any more.
void Registry::State::sweep() {
  std::erase_if(draining, [](const Member* member) { return !member->drain; });
  for (const std::string& name : std::exchange(touched, {})) {
    const auto found = services.find(name);
    if (found == services.end()) continue;
    ServiceEntry& service = found->second;
    std::erase_if(service.members, [](const std::unique_ptr<Member>& member) {
      return member->phase == Phase::gone && !member->is_listed;
    });
    if (!service.is_configured && service.members.empty()) services.erase(found);
  }
}

void Registry::State::publish(TimePoint now) {
  is_changed = false;
  has_leftovers = false;
  settle_panics();
  has_stays = settle_stays(now);
  auto next = std::make_shared<Snapshot>(
      build_snapshot(services, draining, routes.tables(), slots.size(), service_slots.size()));
  const bool is_new = current == nullptr || published_generation != routes.generation() ||
                      slots.awaits_publication() || !is_same(*current, *next);
  if (!is_new) return;
  version = static_cast<Version>(index(version) + 1);
  next->version = version;
  published_generation = routes.generation();
  for (Member* member : draining) {
    if (member->stay == Member::Stay::none) member->drain->published(version, now);
  }
  slots.published(version);
  current = std::move(next);
  if (callbacks.publish) callbacks.publish(current);
}

/// What follows is taken out first: a callback may lead to another command.
void Registry::State::deliver() {
  for (Event& event : std::exchange(events, {})) {
    if (callbacks.event) callbacks.event(event);
  }
  for (Cut& cut : std::exchange(cuts, {})) {
    if (callbacks.cut) callbacks.cut(std::move(cut.target), cut.stalled);
  }
}

}  // namespace gapura::balancer
