/// An event of the server's as a line for people. Pure; any thread.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "app/cli/screen.h"

namespace gapura::app::cli {

/// "08:15:00  targetDrained  service calculate: target … drained in 12 ms", without the newline.
/// What has no message shows its members.
std::string event_line(const boost::json::value& event, const Screen& screen);

/// Red for what is broken, yellow for what goes away, else none.
Colour colour_of_event(const boost::json::value& event);

}  // namespace gapura::app::cli
