/// The registry's events as lines in the log. Control thread.
#pragma once

#include "autoscale/scaling.h"
#include "balancer/overlay.h"
#include "balancer/registry.h"

namespace gapura::app {

/// `overlay` is the registry's: it tells a target that was drained from one that was removed.
void log_event(const balancer::Event& event, const balancer::Overlay& overlay);

void log_scaling(const autoscale::ScalingEvent& event);

}  // namespace gapura::app
