// What holds as long as it holds: alerts that fire, and minimums whose time it is.
#include <algorithm>

#include "autoscale/decide/votes.h"
#include "base/format.h"
#include "base/plural.h"

namespace gapura::autoscale {
namespace {

/// An alert goes on firing until what it asked for has booted and shows in what it measures, which
/// is smeared over minutes: it asks again only after that.
constexpr Milliseconds kAlertPause{60'000};

bool has_just_grown(const View& view) {
  const auto& last = view.history.last_addition();
  const Milliseconds pause =
      std::max({kAlertPause, view.policy.up_cooldown, view.history.boot_time()});
  return last && view.now - last->at < pause;
}

}  // namespace

void vote_by_alerts(const View& view, Votes& votes) {
  const Sample& sample = view.sample;
  if (sample.alerts_up > 0) {
    const bool waits = has_just_grown(view);
    votes.push_back({.signal = "alerts",
                     .value = sample.alerts_up,
                     .target = 0,
                     .size = view.size + (waits ? 0 : sample.alerts_up),
                     .fewest = view.size,
                     .allows_fewer = false,
                     .reason = "a firing alert asks for " + std::to_string(sample.alerts_up) +
                               (waits ? " more, and has had it a moment ago" : " more")});
    return;
  }
  // Signals of load know better how many would do; an alert for fewer does not overrule them, and
  // has nothing to add when they agree.
  if (sample.alerts_down == 0 || has_load_signals(view.policy)) return;
  const std::uint32_t fewest = view.size > sample.alerts_down ? view.size - sample.alerts_down : 0;
  votes.push_back(
      {.signal = "alerts",
       .value = -static_cast<double>(sample.alerts_down),
       .target = 0,
       .size = fewest,
       .fewest = fewest,
       .allows_fewer = true,
       .reason = "a firing alert asks for " + std::to_string(sample.alerts_down) + " fewer"});
}

std::uint32_t scheduled_minimum(const conf::Autoscale& policy, WallClock::time_point wall) {
  std::uint32_t most = 0;
  const auto time = std::chrono::floor<std::chrono::seconds>(wall);
  for (const conf::ScheduledMinimum& one : policy.schedule) {
    if (one.min <= most) continue;
    const auto lasts = std::chrono::duration_cast<std::chrono::seconds>(one.lasts);
    if (one.begins.covers(one.clock.to_local(time), lasts)) most = one.min;
  }
  return most;
}

}  // namespace gapura::autoscale
