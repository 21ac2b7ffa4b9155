/// Scaling of a service as metrics. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "autoscale/scaling.h"
#include "metrics/reading.h"

namespace gapura::autoscale {

/// `service`: the label, "calculate@file". Families and what they mean: docs/metrics.md.
std::vector<metrics::Reading> readings_of(const ScalerView& view, const std::string& service);

}  // namespace gapura::autoscale
