/// Bodies of webhooks that are alerts: taken in, and answered. Control thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "admin/message.h"
#include "admin/scaling_doors.h"

namespace gapura::admin {

/// What a body turned out to be.
enum class HookBody { alerts, broken_alerts, other_json, other };

/// What became of alerts.
struct AlertCounts {
  std::uint64_t changed = 0;    ///< they ask for something else than before
  std::uint64_t duplicate = 0;  ///< they repeat what is known
  std::uint64_t test = 0;       ///< they try whether we hear; they ask for nothing
  std::uint64_t refused = 0;
};

struct HookBodyAnswer {
  HookBody body = HookBody::other;
  AlertCounts counts{};
  Response response;    ///< of alerts
  std::string message;  ///< of broken alerts: what is wrong with them
};

/// Takes the alerts in. 202 {"taken","changed","tests","refused":[…],"notes":[…]}: from here on
/// they vote; none of those that fire could be taken: 422. `direction`: what the route means by an
/// alert that does not say.
HookBodyAnswer take_alerts(const Request& request, const ScalingDoors& doors,
                           std::optional<autoscale::Direction> direction);

}  // namespace gapura::admin
