/// The body of PATCH …/autoscale. Pure; any thread.
#pragma once

#include <string_view>
#include <variant>

#include "admin/json.h"
#include "autoscale/hand_change.h"

namespace gapura::admin {

/// {"mode"?: "on", "paused"?: true, "size"?: 3 or null, "for"?: "10m"}. Unknown members are faults.
std::variant<autoscale::HandChange, BodyFault> read_hand_change(std::string_view body);

}  // namespace gapura::admin
