/// `gapura simulate`: what a policy would have done under a load, without touching anything.
#pragma once

#include "app/options.h"

namespace gapura::app {

/// Prints a table, or JSON. 0: done; 1: a recorded decision came out differently; 2: something that
/// was given cannot be used, which is said.
int simulate(const Options& options);

}  // namespace gapura::app
