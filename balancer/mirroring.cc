#include "balancer/mirroring.h"

namespace gapura::balancer {

void MirrorTurns::adopt(const Mirroring& mirroring) {
  const std::vector<Entry> old = std::move(entries_);
  entries_.clear();
  for (std::size_t i = 0; i < mirroring.mirrors.size(); ++i) {
    const ServiceSlot service = mirroring.mirrors[i].slot;
    const bool is_same = i < old.size() && old[i].service == service;
    entries_.push_back(is_same ? old[i] : Entry{service});
  }
}

void MirrorTurns::choose(const Mirroring& mirroring, std::vector<MirrorWanted>& out) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    entry.due += mirroring.mirrors[i].percent;
    if (entry.due < 100) continue;
    entry.due -= 100;
    out.push_back({entry.service, mirroring.mirrors_body, mirroring.body_bytes_max});
  }
}

}  // namespace gapura::balancer
