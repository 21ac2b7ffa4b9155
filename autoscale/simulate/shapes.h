/// Loads made up by rule: steps, ramps, waves, spikes and noise. Pure; any thread.
#pragma once

#include "autoscale/simulate/trace.h"

namespace gapura::autoscale::shapes {

/// `low` requests a second, from `at_s` on `high`.
Trace step(double low, double high, std::size_t at_s, std::size_t length_s);
/// From `low` to `high` over `over_s`, beginning at `at_s`, and then there.
Trace ramp(double low, double high, std::size_t at_s, std::size_t over_s, std::size_t length_s);
/// Between `low` and `high`, lowest at the beginning.
Trace sine(double low, double high, std::size_t period_s, std::size_t length_s);
/// `low`, but `high` for the first `lasts_s` of every `every_s`, beginning with the second.
Trace spikes(double low, double high, std::size_t lasts_s, std::size_t every_s,
             std::size_t length_s);
/// A level between `low` and `high`, drawn again after 30 to 240 s each: the figure with which the
/// rule of thumb "above 70 %, below 30 %" is usually shown to flap.
Trace noise(double low, double high, std::size_t length_s, unsigned seed);

}  // namespace gapura::autoscale::shapes
