#include "autoscale/alerts/alert_table.h"

#include <algorithm>

namespace gapura::autoscale {

AlertTable::Taken AlertTable::take(const Alert& alert, TimePoint now) {
  if (!alert.is_firing) return firing_.erase(alert.key) != 0 ? Taken::changed : Taken::unchanged;
  const auto known = firing_.find(alert.key);
  const bool is_repeated = known != firing_.end() && known->second.until > now &&
                           known->second.alert.service == alert.service &&
                           known->second.alert.direction == alert.direction &&
                           known->second.alert.step == alert.step;
  if (known == firing_.end() && firing_.size() >= kMost) return Taken::no_room;
  const Milliseconds lasts = alert.direction == Direction::up ? kUpLasts : kDownLasts;
  firing_.insert_or_assign(alert.key, Firing{.alert = alert, .until = now + lasts});
  return is_repeated ? Taken::unchanged : Taken::changed;
}

AlertTable::Votes AlertTable::votes(const std::string& service, TimePoint now) const {
  Votes votes;
  for (const auto& [key, firing] : firing_) {
    if (firing.alert.service != service || firing.until <= now) continue;
    std::uint32_t& most = firing.alert.direction == Direction::up ? votes.up : votes.down;
    most = std::max(most, firing.alert.step);
    votes.names.push_back(firing.alert.name);
  }
  return votes;
}

void AlertTable::tick(TimePoint now) {
  std::erase_if(firing_, [now](const auto& entry) { return entry.second.until <= now; });
}

}  // namespace gapura::autoscale
