/// The load of a service, out of its samples: how many requests come, and what one costs. Pure.
#pragma once

#include <optional>

#include "autoscale/decide/history.h"

namespace gapura::autoscale {

struct Load {
  /// The last sample has its numbers, and is not old.
  bool is_known = false;
  /// Requests a second that come: over 60 s; over 15 s when these hold more than the 45 s before
  /// them explain by chance (three standard deviations of a Poisson count); and over the end of
  /// these 15 s, 5 s at least, that holds more than they explain by chance.
  double rate = 0;
  bool is_burst = false;
  /// Seconds that a target works on one request, from ticks of the last five minutes in which no
  /// target had more than `concurrency` requests: what waits inside a target does not leak in.
  std::optional<double> service_s;
  /// The same from the last minute's other ticks. A full target is busy with `concurrency` requests
  /// at most, so this is the share of its time for each that it finished; an upper bound of what
  /// more targets could win, and right when all are full.
  std::optional<double> full_service_s;
};

/// `concurrency`: what a target works on at once; 0: no service time is looked for.
Load measure_load(const History& history, double concurrency, TimePoint now);

}  // namespace gapura::autoscale
