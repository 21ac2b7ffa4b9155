#include "balancer/slot_ledger.h"

#include <utility>

namespace gapura::balancer {

TargetSlot SlotLedger::take() {
  if (free_.empty()) return static_cast<TargetSlot>(next_++);
  const TargetSlot slot = *free_.begin();
  free_.erase(free_.begin());
  return slot;
}

void SlotLedger::retire(TargetRef state) {
  unpublished_.push_back(std::move(state));
}

void SlotLedger::published(Version version) {
  for (TargetRef& state : unpublished_) retired_.push_back({std::move(state), version});
  unpublished_.clear();
}

void SlotLedger::adopted_by_all(Version version) {
  std::erase_if(retired_, [&](const Retired& retired) {
    if (retired.version > version) return false;
    if (retired.state->in_flight.load(std::memory_order_relaxed) != 0) return false;
    free_.insert(retired.state->slot);
    return true;
  });
}

}  // namespace gapura::balancer
