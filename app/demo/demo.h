/// `gapura demo`: the real proxy in front of a service that it scales, under load that rises and
/// falls.
#pragma once

#include "app/options.h"

namespace gapura::app {

/// Serves until a signal, or with `once` until the course is over; then ends its processes and
/// removes what it wrote. 0; 1 when it could not start or something went wrong.
int demo(const Options& options);

}  // namespace gapura::app
