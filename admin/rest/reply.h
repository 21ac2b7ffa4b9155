/// Answers of the API's operations. Pure; any thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <system_error>

#include "admin/changes.h"
#include "admin/message.h"

namespace gapura::admin {

Response json_reply(unsigned status, const boost::json::value& value);

Response no_such_service(const std::string& service);

/// 507 where there is no room, else 500: nothing was changed.
Response not_saved(std::error_code error);

/// The answer to a change that was not made, or nothing when it was made and has reached all.
std::optional<Response> failure_of(const Changes::Outcome& outcome);

/// X-Gapura-Version: the version that the answer speaks of. Every answer has one; where an
/// operation says none, it is the one in force.
void set_version(Response& response, Version version);
bool has_version(const Response& response);

}  // namespace gapura::admin
