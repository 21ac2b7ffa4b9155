/// JSON of the admin API: what is shown, and what is read. Pure; any thread.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "balancer/registry.h"
#include "conf/dynamic_config.h"
#include "conf/problem.h"

namespace gapura::admin {

/// The time of day that "since" is counted back from.
using WallTime = std::chrono::system_clock::time_point;

/// A body that cannot be used: what is wrong, and where in it.
struct BodyFault {
  std::string message;
  std::string field;  ///< "[1].weight", "url"; empty: the body as a whole
};

/// The JSON, or why it is none. Nesting is limited to 16.
std::variant<boost::json::value, BodyFault> parse_body(std::string_view body);

struct WantedTargets {
  std::vector<balancer::NewTarget> targets;  ///< never empty; ids are unique
  bool is_list = false;                      ///< the body was an array
};

/// Reads {"url":…, "id"?:…, "weight"?:…} or an array of such. Unknown members are faults, as are
/// wrong types, duplicates and nesting deeper than 16.
std::variant<WantedTargets, BodyFault> read_targets(std::string_view body);

/// The members of {"servers":[…]} as written. Nothing when the body is not an object with a
/// non-empty array of that name, as the updater that Gapura replaces decides it.
struct ServerList {
  std::vector<std::string> urls;
  std::size_t first_not_text = npos;  ///< index of the first member that is not a string
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};
std::optional<ServerList> read_server_list(std::string_view body);

/// Whether the body is empty, or an object without members.
bool is_no_body(std::string_view body);

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
