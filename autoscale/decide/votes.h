/// What each signal says of the size. Private to decide; pure.
#pragma once

#include <optional>
#include <vector>

#include "autoscale/decide/decision.h"
#include "autoscale/decide/history.h"
#include "autoscale/decide/load.h"
#include "conf/autoscale.h"

namespace gapura::autoscale {

/// What the signals look at.
struct View {
  const conf::Autoscale& policy;
  const History& history;
  const Sample& sample;  ///< the last one
  TimePoint now;
  std::uint32_t size;  ///< present: those that serve and those that boot
  Load load;
};

using Votes = std::vector<Vote>;

/// Without data a signal asks for what there is and agrees to nothing.
Vote no_data(const View& view, std::string signal, double target, std::string why);

/// concurrency, requestsPerSecond and the queue.
void vote_by_load(const View& view, Votes& votes);
/// queueWait and latency: they know good from bad, but not how many targets would do.
void vote_by_time(const View& view, Votes& votes);
/// cpu, memory, cpuAndMemory and queries.
void vote_by_measures(const View& view, Votes& votes);
/// Alerts that fire.
void vote_by_alerts(const View& view, Votes& votes);

/// The largest minimum whose time it is; 0: none.
std::uint32_t scheduled_minimum(const conf::Autoscale& policy, WallClock::time_point wall);

/// Whether the policy has a signal that says how many targets would do.
bool has_measures(const conf::Autoscale& policy);
/// Whether it has any signal of load.
bool has_load_signals(const conf::Autoscale& policy);

}  // namespace gapura::autoscale
