/// The registry's events as lines in the log. Control thread.
#pragma once

#include "balancer/registry.h"

namespace gapura::app {

void log_event(const balancer::Event& event);

}  // namespace gapura::app
