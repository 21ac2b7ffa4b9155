/// Errors of the admin API as RFC 9457 problem documents. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "admin/message.h"

namespace gapura::admin {

struct BodyFault;

/// {"type":"about:blank","title":…,"status":…,"detail":…,"errors":[{"field":…,"message":…}]} as
/// application/problem+json. `field` names the member of the request that is wrong ("weight",
/// "[2].url"); empty: none is, and there are no "errors".
Response problem_reply(unsigned status, std::string_view detail, std::string_view field = {});
/// The same of several.
Response problem_reply(unsigned status, std::string_view detail, std::span<const BodyFault> faults);

/// The same with "Allow" (RFC 9110 15.5.6); `allowed` is a list like "GET, HEAD".
Response method_refused(std::string_view allowed);

}  // namespace gapura::admin
