/// GET and PATCH /api/v1/services/{service}/autoscale: what scaling sees, decides and does, and
/// what a hand may set. Control thread only.
#pragma once

#include <boost/json/fwd.hpp>
#include <chrono>
#include <string>

#include "admin/body.h"
#include "admin/json.h"
#include "admin/message.h"
#include "admin/scaling_doors.h"

namespace gapura::admin {

boost::json::object to_json(const autoscale::ScalerView& view, WallTime now);

Response show_scaling(const ScalingDoors& doors, const std::string& service);
Response change_scaling(const ScalingDoors& doors, const std::string& service,
                        const Request& request, const boost::json::value& body);

}  // namespace gapura::admin
