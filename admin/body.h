/// JSON of the admin API: what is read. Pure; any thread.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "admin/body_fault.h"
#include "balancer/registry.h"

namespace gapura::admin {

/// The JSON, or why it is none. Nesting is limited to 16.
std::variant<boost::json::value, BodyFault> parse_body(std::string_view body);

struct WantedTargets {
  std::vector<balancer::NewTarget> targets;  ///< never empty; ids are unique
  bool is_list = false;                      ///< the body was an array
};

/// Reads {"url":…, "id"?:…, "weight"?:…} or an array of such. Unknown members are faults, as are
/// wrong types and duplicates. One without a weight keeps the weight that it has.
std::variant<WantedTargets, BodyFault> read_targets(const boost::json::value& body);
/// One, whose path says its id: in the body it may be left out, or be the same.
std::variant<balancer::NewTarget, BodyFault> read_target(const boost::json::value& body,
                                                         const std::string& id);
/// {"weight"?: 3, "state"?: "draining" or "serving"}.
std::variant<balancer::TargetChange, BodyFault> read_target_change(const boost::json::value& body);
/// {"maxInFlight": 4, or null for what the file says}.
std::variant<std::optional<std::uint32_t>, BodyFault> read_service_change(
    const boost::json::value& body);
/// {"level": "debug"}: one of the words of log::level().
std::variant<std::string, BodyFault> read_log_level(const boost::json::value& body);

/// The members of {"servers":[…]} as written. Nothing when the body is not an object with a
/// non-empty array of that name, as the updater that Gapura replaces decides it.
struct ServerList {
  std::vector<std::string> urls;
  std::size_t first_not_text = npos;  ///< index of the first member that is not a string
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};
std::optional<ServerList> read_server_list(std::string_view body);

/// `field` is the member's whole name ("[3].wieght"), its last part the one that `known` has not.
BodyFault unknown_member(const std::string& field, std::span<const std::string_view> known);

/// Whether the body is empty, or an object without members.
bool is_no_body(std::string_view body);

}  // namespace gapura::admin
