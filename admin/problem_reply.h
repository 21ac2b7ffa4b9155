/// Errors of the admin API as RFC 9457 problem documents. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "admin/message.h"

namespace gapura::admin {

/// {"type":"about:blank","title":…,"status":…,"detail":…,"field":…} as application/problem+json.
/// `field` names the member of the request that is wrong ("weight", "[2].url"); may be empty.
Response problem_reply(unsigned status, std::string_view detail, std::string_view field = {});

/// The same with "Allow" (RFC 9110 15.5.6); `allowed` is a list like "GET, HEAD".
Response method_refused(std::string_view allowed);

}  // namespace gapura::admin
