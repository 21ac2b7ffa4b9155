#include "balancer/ways.h"

#include <algorithm>

#include "balancer/failover.h"
#include "balancer/highest_random_weight.h"

namespace gapura::balancer {

bool Fallen::contains(ServiceSlot slot) const noexcept {
  const auto end = slots_.begin() + static_cast<std::ptrdiff_t>(count_);
  return std::find(slots_.begin(), end, slot) != end;
}

bool Fallen::add(ServiceSlot slot) noexcept {
  if (count_ == slots_.size()) return false;
  slots_[count_++] = slot;
  return true;
}

void Ways::adopt(const Snapshot& snapshot) {
  turns_.resize(snapshot.service_slots);
  mirrors_.resize(snapshot.service_slots);
  places_.assign(snapshot.service_slots, kNoPlace);
  for (std::size_t place = 0; place < snapshot.services.size(); ++place) {
    const Service& service = snapshot.services[place];
    places_[index(service.slot)] = place;
    const auto* weighted = std::get_if<Weighted>(&service.composite);
    const auto* mirroring = std::get_if<Mirroring>(&service.composite);
    auto& turns = turns_[index(service.slot)];
    auto& mirrors = mirrors_[index(service.slot)];
    if (weighted == nullptr) turns.reset();
    if (mirroring == nullptr) mirrors.reset();
    if (weighted != nullptr && turns == nullptr) turns = std::make_unique<WeightedTurns>(offset_);
    if (mirroring != nullptr && mirrors == nullptr) mirrors = std::make_unique<MirrorTurns>();
    if (weighted != nullptr) turns->adopt(*weighted);
    if (mirroring != nullptr) mirrors->adopt(*mirroring);
  }
}

const Service& Ways::follow(const Snapshot& snapshot, const Service& start,
                            const PickRequest& request, const Fallen& fallen, Way& way) {
  way.cookies.clear();
  way.failover_count = 0;
  const Service* at = &start;
  while (at->is_composite()) {
    std::size_t next = 0;
    if (const auto* weighted = std::get_if<Weighted>(&at->composite)) {
      WeightedTurns& turns = *turns_[index(at->slot)];
      next = turns.choose_child(snapshot, *weighted, request, way.cookies);
    } else if (const auto* hashed = std::get_if<HighestRandomWeight>(&at->composite)) {
      next = choose_child(snapshot, *hashed, request);
    } else if (const auto* failover = std::get_if<Failover>(&at->composite)) {
      next = choose_child(snapshot, *failover, request, fallen.contains(at->slot));
      const bool looks_at_status = !failover->statuses.empty() && next == failover->service;
      if (looks_at_status) way.failover_slots[way.failover_count++] = at->slot;
    } else {
      const auto& mirroring = std::get<Mirroring>(at->composite);
      next = mirroring.service;
      if (!way.are_mirrors_chosen) mirrors_[index(at->slot)]->choose(mirroring, way.mirrors);
    }
    at = &snapshot.services[next];
  }
  way.are_mirrors_chosen = true;
  return *at;
}

const Service* Ways::find(const Snapshot& snapshot, ServiceSlot slot) const noexcept {
  if (index(slot) >= places_.size() || places_[index(slot)] == kNoPlace) return nullptr;
  return &snapshot.services[places_[index(slot)]];
}

}  // namespace gapura::balancer
