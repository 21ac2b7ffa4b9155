/// What differs between two configurations, in words. Pure.
#pragma once

#include <string>

#include "conf/dynamic_config.h"

namespace gapura::app {

/// "joined: calculate 10.0.0.7:3000; left: calculate 10.0.0.5:3000; router calculate changed"; at
/// most some twenty names, then "and 12 more". Empty when nothing differs.
std::string describe_change(const conf::DynamicConfig& before, const conf::DynamicConfig& after);

/// "2 routers, 1 service, 3 targets".
std::string describe_size(const conf::DynamicConfig& config);

}  // namespace gapura::app
