/// What concerns the process as a whole. Main thread, at start and end.
#pragma once

#include <string>

namespace gapura::app {

/// RLIMIT_NOFILE as high as it may be. Gives the limit in force.
unsigned long raise_descriptor_limit();

/// Tells systemd ("READY=1", "STOPPING=1"); nothing when not started by it (sd_notify(3)).
void notify_systemd(const std::string& state);

}  // namespace gapura::app
