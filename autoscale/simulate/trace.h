/// Load over time, second by second: what a simulation replays. Value; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "autoscale/decide/sample.h"

namespace gapura::autoscale {

struct Trace {
  WallClock::time_point begins{};
  std::vector<double> rates;  ///< requests in each second
  /// Mean seconds of work of each second's requests, where that is known; empty: not known.
  std::vector<double> work_s;
  /// The rates are counts of what really came: no chance is to be added.
  bool is_exact = false;

  double total() const;
  double peak() const;  ///< of any second
  /// Every rate times `factor`.
  void scale(double factor);
};

/// What a text could not be read as: one sentence.
struct TraceFault {
  std::string message;
};

/// CSV with a head line, of three forms: `minute,requests` (HH:MM and a count for each minute),
/// `second,requests` (whole seconds in order), and `seconds,<work>` (the instant of one request a
/// line, and its size; sizes are scaled so that their mean is `service_s`).
std::variant<Trace, TraceFault> read_csv_trace(std::string_view text, double service_s);

}  // namespace gapura::autoscale
