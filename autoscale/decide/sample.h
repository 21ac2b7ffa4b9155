/// What was seen of a service in one tick: all that a decision may look at. Plain numbers, so that
/// a sample can be recorded, read again and decided on once more with the same result.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace gapura::autoscale {

/// Of the calendar, for schedules and records; decisions are taken by `TimePoint`.
using WallClock = std::chrono::system_clock;

struct Sample {
  TimePoint at{};              ///< end of the tick
  WallClock::time_point wall;  ///< the same moment
  Milliseconds span{1'000};    ///< since the sample before; above 0

  // --- size ---
  std::uint32_t serving = 0;   ///< serving and warming, whoever listed them
  std::uint32_t booting = 0;   ///< asked for, created or joining
  std::uint32_t draining = 0;  ///< on their way out
  std::uint32_t suspended = 0;
  std::uint32_t fixed = 0;  ///< of `serving` and `suspended`: those that scaling must not remove

  // --- load; counts are of this tick ---
  bool has_load = true;         ///< false: the numbers of this tick are missing
  double arrived = 0;           ///< requests
  double finished = 0;          ///< requests answered by targets
  double busy_s = 0;            ///< time these took at the targets, waits in the queue left out
  std::uint32_t in_flight = 0;  ///< now, at targets
  std::uint32_t queued = 0;     ///< now, waiting for a target to have room
  double queue_waits = 0;       ///< requests that left the queue
  double queue_wait_s = 0;      ///< time these waited
  /// Requests by duration: bounds_s[i] holds the upper bound of latencies[i], the last has none.
  std::vector<double> bounds_s;
  std::vector<double> latencies;

  // --- told; what is missing was not answered ---
  std::optional<double> cpu;             ///< percent, all targets' mean
  std::optional<double> memory;          ///< percent, likewise
  std::optional<double> cpu_and_memory;  ///< percent, likewise
  bool has_all_nodes = true;             ///< false: not all targets' machines said something
  std::map<std::string, std::optional<double>> queries;  ///< by name
  std::uint32_t alerts_up = 0;                           ///< steps that firing alerts ask for
  std::uint32_t alerts_down = 0;

  // --- by hand ---
  std::optional<std::uint32_t> override_size;  ///< scale to N, while it lasts
  std::optional<std::uint32_t> step_to;        ///< asked for once, in this tick
  bool is_paused = false;
};

}  // namespace gapura::autoscale
