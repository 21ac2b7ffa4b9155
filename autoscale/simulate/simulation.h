/// Replays a trace against a scaler on a virtual clock and says what came of it. Pure but for the
/// scaler's own memory; the same seed gives the same run.
#pragma once

#include <string>
#include <vector>

#include "autoscale/simulate/fluid.h"
#include "autoscale/simulate/scaler.h"
#include "autoscale/simulate/trace.h"

namespace gapura::autoscale {

struct SimulationSettings {
  FluidSettings service;
  Milliseconds boot{90'000};        ///< from the wish until it serves; paid for
  Milliseconds tick{5'000};         ///< whole seconds
  double latency_most_s = 1;        ///< beyond it, or refused: the promise is broken
  std::uint32_t min = 1, max = 30;  ///< for those that have no policy
  std::uint32_t begins_with =
      0;  ///< 0: what the first minute needs at 70 %, as if it had run before
  /// Of the CPU that samples show; 0: samples show none.
  Milliseconds cpu_window{120'000};
  unsigned seed = 1;  ///< of the chance in arrivals; 0: none, they come as the rates say
};

/// One change of the size.
struct Change {
  double at_s = 0;
  std::uint32_t from = 0, to = 0;
  std::string reason;
};

struct SimulationOutcome {
  std::string name;
  double hours = 0;  ///< instance-hours, paid from the wish until the removal
  double requests = 0, refused = 0;
  double violation_min = 0;  ///< minutes in which the promise was broken
  double bad_percent = 0;    ///< of the requests that came in these
  double lost = 0;           ///< requests that removals cost
  std::uint32_t flaps = 0;   ///< changes against the one before within ten minutes
  std::uint32_t most = 0;    ///< targets at once
  std::vector<Change> changes;
  // For charts, by the second.
  std::vector<double> rates;
  std::vector<std::uint16_t> ready, present;
  std::vector<bool> is_bad;
};

SimulationOutcome simulate(const Trace& trace, Scaler& scaler, const SimulationSettings& settings);

/// Instance-hours of one who knows the future: every 10 s just what the next 10 s need at 85 %,
/// kept through gaps of five minutes, and a boot's time for each start.
double oracle_hours(const Trace& trace, const SimulationSettings& settings);
/// Those of as many targets as the oracle ever needs, all the time.
double static_hours(const Trace& trace, const SimulationSettings& settings);

/// Where virtual time begins: any moment will do.
constexpr TimePoint kVirtualStart{std::chrono::hours(24)};

}  // namespace gapura::autoscale
