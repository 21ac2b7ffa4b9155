#include "autoscale/decide/pace.h"

#include <algorithm>

#include "autoscale/decide/decide.h"
#include "base/format.h"

namespace gapura::autoscale {
namespace {

constexpr std::chrono::hours kHour{1};

void limit(Decision& out, const char* name) {
  out.limits.emplace_back(name);
}

bool is_cooling(const View& view, Milliseconds cooldown) {
  const auto& last = view.history.last_action();
  return last && view.now - last->at < cooldown;
}

/// Where no signal says how many would do, each removal is looked at for a whole window.
Milliseconds down_cooldown(const View& view) {
  const bool is_blind = has_load_signals(view.policy) && !has_measures(view.policy);
  const Milliseconds own = view.policy.down_cooldown;
  return is_blind ? std::max(own, effective_down_window(view.policy, view.history, view.now)) : own;
}

/// What an hourly cap leaves of a step.
std::uint32_t capped(std::uint32_t step, std::uint32_t cap, std::uint32_t done, Decision& out) {
  const std::uint32_t left = cap > done ? cap - done : 0;
  if (step > left) limit(out, "hourly cap");
  return std::min(step, left);
}

}  // namespace

std::uint32_t pace_up(const View& view, std::uint32_t wanted, bool is_urgent, Decision& out) {
  const std::uint32_t from = out.from;
  if (!is_urgent) {
    if (is_cooling(view, view.policy.up_cooldown)) {
      limit(out, "cooldown");
      return from;
    }
    if (view.policy.up_step > 0 && wanted - from > view.policy.up_step) {
      limit(out, "step");
      wanted = from + view.policy.up_step;
    }
  }
  const std::uint32_t done = view.history.added(view.now - kHour);
  return from + capped(wanted - from, view.policy.creates_per_hour, done, out);
}

std::uint32_t pace_down(const View& view, std::uint32_t wanted, bool is_urgent, Decision& out) {
  const std::uint32_t from = out.from;
  if (!is_urgent) {
    if (is_cooling(view, down_cooldown(view))) {
      limit(out, "cooldown");
      return from;
    }
    const std::uint32_t step = std::max(view.policy.down_step, 1U);
    if (from - wanted > step) {
      limit(out, "step");
      wanted = from - step;
    }
  }
  const std::uint32_t done = view.history.removed(view.now - kHour);
  return from - capped(from - wanted, view.policy.deletes_per_hour, done, out);
}

std::string removal_veto(const View& view, const Decision& out) {
  for (const Vote& vote : out.votes) {
    if (!vote.value) return vote.signal + " has no data";
  }
  if (!view.load.is_known) return "the load is not known";
  if (view.sample.booting > 0) return "targets are booting";
  const Milliseconds window = effective_down_window(view.policy, view.history, view.now);
  if (view.now - view.history.seen_since() < window) {
    return fmt::format("it has been watched for less than {} s",
                       std::chrono::ceil<std::chrono::seconds>(window).count());
  }
  return {};
}

}  // namespace gapura::autoscale
