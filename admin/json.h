/// JSON of the admin API: what is shown. Pure; any thread.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "balancer/registry.h"
#include "conf/problem.h"

namespace gapura::admin {

/// The time of day that "since" is counted back from.
using WallTime = std::chrono::system_clock::time_point;

/// To one decimal.
double rounded(double number);

boost::json::object to_json(const balancer::TargetView& target, WallTime now);
/// One as it is, several as a list.
boost::json::value to_json(const std::vector<balancer::TargetView>& targets, WallTime now);
boost::json::object to_json(const balancer::ServiceView& service, WallTime now);
boost::json::object to_json(const balancer::RouterView& router);
boost::json::object to_json(const conf::Problem& problem);

/// Compact text, ending in a newline. Numbers as people write them (14.2, not 1.42E1).
std::string to_text(const boost::json::value& value);

/// "2025-01-31T08:15:00Z".
std::string rfc3339(WallTime time);
/// "2025-01-31T08:15:00.250Z".
std::string rfc3339_ms(WallTime time);

}  // namespace gapura::admin
