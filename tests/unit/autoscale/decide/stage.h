/// A service on a virtual clock, whose load a test sets and whose decisions it looks at.
#pragma once

#include "autoscale/decide/decide.h"

namespace gapura::autoscale {

class Stage {
 public:
  explicit Stage(conf::Autoscale policy_) : policy(std::move(policy_)) {
    sample.serving = 1;
    sample.wall = WallClock::time_point(std::chrono::seconds(1'800'000'000));
  }

  /// Requests a second, each of `service_s`, that the targets have no trouble with.
  void load(double rate, double service_s = 0.2) {
    const double span_s = static_cast<double>(sample.span.count()) / 1'000;
    sample.arrived = sample.finished = rate * span_s;
    sample.busy_s = sample.finished * service_s;
    sample.in_flight = static_cast<std::uint32_t>(std::min(rate * service_s, 4.0 * sample.serving));
  }

  Decision tick() {
    now += sample.span;
    sample.at = now;
    sample.wall += sample.span;
    history.add(sample);
    const Decision out = decide(policy, history, now);
    history.add(out);
    if (is_obeyed) obey(out);
    return out;
  }

  /// Ticks for so long; the last decision.
  Decision run(Milliseconds time) {
    Decision out;
    for (const TimePoint end = now + time; now < end;) out = tick();
    return out;
  }

  /// Newcomers serve at once, those removed are gone at once.
  void obey(const Decision& decision) {
    sample.serving = decision.to - sample.suspended - sample.booting;
  }

  conf::Autoscale policy;
  Sample sample{};
  TimePoint now{std::chrono::hours(1'000)};
  History history{now};
  bool is_obeyed = true;
};

/// Four requests at once a target, from 1 to 10 targets.
inline conf::Autoscale by_concurrency() {
  conf::Autoscale policy;
  policy.max = 10;
  policy.concurrency = 4;
  return policy;
}

inline const Vote* vote_of(const Decision& decision, std::string_view signal) {
  for (const Vote& vote : decision.votes) {
    if (vote.signal == signal) return &vote;
  }
  return nullptr;
}

inline bool is_limited(const Decision& decision, std::string_view limit) {
  for (const std::string& one : decision.limits) {
    if (one.find(limit) != std::string::npos) return true;
  }
  return false;
}

}  // namespace gapura::autoscale
