/// What came of simulations, for people and for programs. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "autoscale/simulate/simulation.h"

namespace gapura::autoscale {

struct Report {
  std::vector<SimulationOutcome> outcomes;  ///< the first one is what was asked about
  double oracle_hours = 0, static_hours = 0, trace_hours = 0;
  double price = 0;  ///< of an instance-hour; 0: not given
  std::string currency;
};

/// A table, and what it means in sentences.
std::string to_text(const Report& report);
/// One object.
std::string to_json(const Report& report);
/// The first outcome over time: load, size, broken promises. One SVG image.
std::string to_svg(const Report& report);

}  // namespace gapura::autoscale
