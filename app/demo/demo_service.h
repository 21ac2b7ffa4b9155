/// `gapura demo-service`: what the demo scales. POST /calculate {"number": 14} is answered with
/// {"number", "result", "by"}, GET /health with 200.
#pragma once

#include <cstdint>

namespace gapura::app {

/// Boots for two seconds, then serves on 127.0.0.1:`port` until SIGTERM, or until who started it
/// has ended. Works on two requests at once, each with a fifth of a core; others wait. Gives the
/// exit code.
int demo_service(std::uint16_t port);

}  // namespace gapura::app
