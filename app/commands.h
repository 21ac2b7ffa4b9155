/// What the program does when it is called: one function a command, each giving the exit code.
#pragma once

#include "app/options.h"

namespace gapura::app {

/// Serves until a signal. 0 after an orderly stop, 1 when it could not start.
int serve(const Options& options);

/// Prints every problem of the static and dynamic files. 0: none that counts, 1: some.
int check(const Options& options);

/// Prints what the providers of targets answer. 0: all can be used, 1: one cannot, or there is
/// none.
int provider_check(const Options& options);

}  // namespace gapura::app
