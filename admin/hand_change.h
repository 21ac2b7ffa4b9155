/// The body of PATCH …/autoscale. Pure; any thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <variant>

#include "admin/body.h"
#include "autoscale/hand_change.h"

namespace gapura::admin {

/// {"mode"?: "on", "paused"?: true, "size"?: 3 or null, "for"?: "10m"}. Unknown members are faults.
std::variant<autoscale::HandChange, BodyFault> read_hand_change(const boost::json::value& body);

}  // namespace gapura::admin
