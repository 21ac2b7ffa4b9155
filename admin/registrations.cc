#include "admin/registrations.h"

namespace gapura::admin {

void Registrations::renew(const TargetName& target, Milliseconds ttl, TimePoint now) {
  const Key key{target.service, target.id};
  if (ttl.count() == 0) {
    ends_.erase(key);
  } else {
    ends_[key] = now + ttl;
  }
}

std::vector<TargetName> Registrations::expired(const balancer::Overlay& overlay, TimePoint now) {
  std::vector<TargetName> out;
  std::map<Key, TimePoint> ends;  // without those that are listed no more
  for (const auto& [service, changes] : overlay.services) {
    for (const auto& [id, added] : changes.added) {
      if (added.ttl.count() == 0) continue;
      const Key key{service, id};
      const auto known = ends_.find(key);
      const TimePoint end = known == ends_.end() ? now + added.ttl : known->second;
      ends.emplace(key, end);
      if (end <= now) out.push_back({service, id});
    }
  }
  ends_ = std::move(ends);
  return out;
}

bool Registrations::is_expired(const TargetName& target, TimePoint now) const {
  const auto known = ends_.find({target.service, target.id});
  return known != ends_.end() && known->second <= now;
}

}  // namespace gapura::admin
