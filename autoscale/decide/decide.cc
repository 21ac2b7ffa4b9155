#include "autoscale/decide/decide.h"

#include <algorithm>

#include "autoscale/decide/pace.h"
#include "autoscale/decide/votes.h"
#include "base/format.h"
#include "base/plural.h"

namespace gapura::autoscale {
namespace {

/// A removal that is made good within two windows was a mistake; for eight windows another one is
/// waited for twice as long. Found on generated noise, see docs/decisions.
constexpr int kMistakeWindows = 2, kWaryWindows = 8, kWaryFactor = 2;

/// A target that has been suspended for so long is no capacity.
constexpr Milliseconds kLost{60'000};

/// Suspended targets that are not counted on. Half at most: when more are ill, it is not their
/// number that is wrong.
std::uint32_t lost_targets(const History& history, std::uint32_t size) {
  const Sample& last = *history.last();
  if (last.at - history.seen_since() < kLost) return 0;
  std::uint32_t least = last.suspended;
  for (auto one = history.samples().rbegin(); one != history.samples().rend(); ++one) {
    if (one->at <= last.at - kLost) break;
    least = std::min(least, one->suspended);
  }
  return std::min(least, (size + 1) / 2);
}

void collect(const View& view, Decision& out) {
  vote_by_load(view, out.votes);
  vote_by_time(view, out.votes);
  vote_by_measures(view, out.votes);
  vote_by_alerts(view, out.votes);
}

/// The vote that asks for most; of several the first.
const Vote* strongest(const Decision& out) {
  const auto most = std::ranges::max_element(out.votes, {}, &Vote::size);
  return most == out.votes.end() ? nullptr : &*most;
}

/// Sums the votes up, in all targets: those that are lost are asked for on top.
void sum_up(const View& view, std::uint32_t lost, Decision& out) {
  std::uint32_t asked = 0, fewest = 0;
  for (const Vote& vote : out.votes) {
    asked = std::max(asked, vote.size);
    fewest = std::max(fewest, vote.fewest);
  }
  // Nobody speaks: what is there stays, unless only the calendar decides, which has a floor only.
  if (out.votes.empty() && view.policy.schedule.empty()) asked = fewest = view.size;
  out.asked = asked + lost;
  out.fewest = fewest + lost;
}

/// Nobody has wanted anything for the whole window.
bool is_idle(const View& view) {
  const Milliseconds window = effective_down_window(view.policy, view.history, view.now);
  return view.sample.alerts_up == 0 && view.now - view.history.last_request() >= window;
}

Bounds bounds_of(const View& view, Decision& out) {
  const conf::Autoscale& policy = view.policy;
  Bounds bounds{policy.min, policy.max};
  if (const std::uint32_t scheduled = scheduled_minimum(policy, view.sample.wall); scheduled > 0) {
    bounds.lower = std::max(bounds.lower, scheduled);
    out.votes.push_back(
        {.signal = "schedule",
         .value = static_cast<double>(scheduled),
         .target = static_cast<double>(scheduled),
         .size = scheduled,
         .fewest = scheduled,
         .allows_fewer = scheduled < view.size,
         .reason = "the schedule asks for " + std::to_string(scheduled) + " at least"});
  }
  bounds.upper = std::max(bounds.upper, view.sample.fixed);
  bounds.lower = std::min(std::max(bounds.lower, view.sample.fixed), bounds.upper);
  return bounds;
}

std::string because(const Decision& out) {
  const Vote* vote = strongest(out);
  return vote == nullptr ? "no signal speaks" : vote->signal + ": " + vote->reason;
}

std::uint32_t raise(const View& view, const Bounds& bounds, Decision& out) {
  const bool is_asleep = out.from == 0 && (view.sample.queued > 0 || view.sample.arrived > 0);
  std::uint32_t wanted = view.history.least_asked(view.now - view.policy.up_window, out.asked);
  if (wanted < out.asked && out.asked > out.from) out.limits.emplace_back("stabilisation");
  out.reason = because(out);
  if (is_asleep && wanted < 1) {
    wanted = 1;
    out.reason = "a request waits and there is no target";
  }
  if (wanted > bounds.upper) {
    if (bounds.upper >= out.from) out.limits.emplace_back("max");
    wanted = bounds.upper;
  }
  if (wanted < bounds.lower) {
    wanted = bounds.lower;
    out.reason = fmt::format("{} at least are wanted now", bounds.lower);
  }
  if (wanted <= out.from) return out.from;
  return pace_up(view, wanted, is_asleep || out.from < bounds.lower, out);
}

/// The size that the last window's votes agree to, none below the bounds and, unless nobody has
/// come at all, none below 1.
std::uint32_t agreed(const View& view, const Bounds& bounds, Decision& out) {
  const Milliseconds window = effective_down_window(view.policy, view.history, view.now);
  const bool has_window = has_load_signals(view.policy) || !view.policy.schedule.empty();
  const std::uint32_t over_window =
      has_window ? view.history.most_fewest(view.now - window, out.fewest) : out.fewest;
  // One target agrees with no load at all; whether it may go too, the last request says.
  const bool may_sleep = bounds.lower == 0 && is_idle(view);
  const std::uint32_t least = may_sleep ? 0 : 1;
  const auto settled = [&](std::uint32_t size) {
    if (may_sleep && size <= 1) size = 0;
    return std::max({size, bounds.lower, least});
  };
  const std::uint32_t size = settled(over_window);
  if (size > settled(out.fewest) && settled(out.fewest) < out.from) {
    out.limits.emplace_back("stabilisation");
  }
  return size;
}

std::uint32_t lower(const View& view, const Bounds& bounds, Decision& out) {
  if (out.from > bounds.upper) {
    out.reason = fmt::format("{} is the most there may be", bounds.upper);
    return bounds.upper;
  }
  const std::uint32_t wanted = agreed(view, bounds, out);
  if (wanted >= out.from) return out.from;
  if (const std::string veto = removal_veto(view, out); !veto.empty()) {
    out.limits.push_back(veto);
    return out.from;
  }
  const std::uint32_t to = pace_down(view, wanted, false, out);
  out.reason = wanted == 0 ? "no request has come for the whole window"
                           : fmt::format("all agree to {}; {}", wanted, because(out));
  return to;
}

std::uint32_t follow_hand(const View& view, const Bounds& bounds, std::uint32_t told,
                          Decision& out) {
  const std::uint32_t lowest = std::max(view.policy.min, view.sample.fixed);
  const std::uint32_t wanted = std::clamp(told, std::min(lowest, bounds.upper), bounds.upper);
  if (wanted < told) out.limits.emplace_back("max");
  if (wanted > told) out.limits.emplace_back("min");
  if (wanted > out.from) return pace_up(view, wanted, true, out);
  if (wanted < out.from) return pace_down(view, wanted, true, out);
  return wanted;
}

void obey_mode(conf::ScalingMode mode, Decision& out) {
  using Mode = conf::ScalingMode;
  out.to = out.wanted;
  const bool is_held = mode == Mode::observe || (mode == Mode::up_only && out.wanted < out.from);
  if (!is_held || out.wanted == out.from) return;
  out.to = out.from;
  out.limits.emplace_back("mode");
}

/// "3 -> 5: …", or why it stays.
void say(Decision& out) {
  std::string held;
  for (const std::string& one : out.limits) held += (held.empty() ? "" : ", ") + one;
  if (out.is_change()) {
    out.reason = fmt::format("from {} to {}: {}", out.from, out.to, out.reason);
  } else if (out.wanted != out.from) {
    out.reason = fmt::format("stays at {}, would be {}: {}", out.from, out.wanted, out.reason);
  } else {
    out.reason = fmt::format("stays at {}: {}", out.from, out.reason);
  }
  if (!held.empty()) out.reason += "; held back by " + held;
}

Decision at_rest(Decision out, const char* why) {
  out.asked = out.fewest = out.from;  // nobody was asked: a window starts anew afterwards
  out.reason = why;
  say(out);
  return out;
}

}  // namespace

Milliseconds effective_down_window(const conf::Autoscale& policy, const History& history,
                                   TimePoint now) {
  const Milliseconds window = std::max(policy.down_window, 3 * history.boot_time());
  const auto& regret = history.last_regret();
  const bool is_wary = regret && regret->after < kMistakeWindows * window &&
                       now - regret->at < kWaryWindows * window;
  return is_wary ? kWaryFactor * window : window;
}

Decision decide(const conf::Autoscale& policy, const History& history, TimePoint now) {
  Decision out{.at = now, .reason = {}, .votes = {}, .limits = {}};
  const Sample* sample = history.last();
  if (sample == nullptr) return at_rest(std::move(out), "nothing has been seen yet");
  out.from = out.to = out.wanted = sample->serving + sample->booting + sample->suspended;
  if (policy.mode == conf::ScalingMode::off) return at_rest(std::move(out), "scaling is off");
  if (sample->is_paused) return at_rest(std::move(out), "scaling is paused");

  const std::uint32_t lost = lost_targets(history, out.from);
  const View view{.policy = policy,
                  .history = history,
                  .sample = *sample,
                  .now = now,
                  .size = out.from - lost,
                  .load = measure_load(history, policy.concurrency, now)};
  collect(view, out);
  sum_up(view, lost, out);
  const Bounds bounds = bounds_of(view, out);
  if (sample->override_size) {
    out.reason = "set to " + std::to_string(*sample->override_size) + " by hand";
    out.wanted = follow_hand(view, bounds, *sample->override_size, out);
  } else if (sample->step_to) {
    out.reason = "a step to " + std::to_string(*sample->step_to) + " was asked for";
    out.wanted = follow_hand(view, bounds, *sample->step_to, out);
    // What somebody asked for counts for a whole window, as if the load had needed it.
    out.fewest = std::max(out.fewest, out.wanted);
  } else {
    out.wanted = raise(view, bounds, out);
    if (out.wanted == out.from) out.wanted = lower(view, bounds, out);
  }
  obey_mode(policy.mode, out);
  say(out);
  return out;
}

}  // namespace gapura::autoscale
