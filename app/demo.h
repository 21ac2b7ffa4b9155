/// `gapura demo`: the real proxy in front of three small targets, and what to try with it.
#pragma once

#include "app/options.h"

namespace gapura::app {

/// Serves until a signal, then removes what it wrote. 0; 1 when it could not start.
int demo(const Options& options);

}  // namespace gapura::app
