#include "autoscale/alerts/alert_table.h"

#include <algorithm>

namespace gapura::autoscale {

bool AlertTable::take(const Alert& alert, TimePoint now) {
  if (!alert.is_firing) return firing_.erase(alert.key) != 0;
  const Milliseconds lasts = alert.direction == Direction::up ? kUpLasts : kDownLasts;
  const auto [found, is_new] =
      firing_.insert_or_assign(alert.key, Firing{.alert = alert, .until = now + lasts});
  return is_new;
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
