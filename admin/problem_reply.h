/// Errors of the admin API as RFC 9457 problem documents. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "admin/body_fault.h"
#include "admin/message.h"

namespace gapura::admin {

/// {"type":"about:blank","title":…,"status":…,"detail":…,"errors":[{"field":…,"message":…}]} as
/// application/problem+json. `field` names the member of the request that is wrong ("weight",
/// "[2].url"); empty: none is, and there are no "errors".
Response problem_reply(unsigned status, std::string_view detail, std::string_view field = {});
/// The same of several.
Response problem_reply(unsigned status, std::string_view detail, std::span<const BodyFault> faults);

/// 400 for what a reader of a query or body found wrong; nothing when it gave a value.
template <class Value>
std::optional<Response> refusal_of(const std::variant<Value, BodyFault>& read) {
  const auto* fault = std::get_if<BodyFault>(&read);
  if (fault == nullptr) return std::nullopt;
  return problem_reply(400, fault->message, fault->field);
}

/// The same with "Allow" (RFC 9110 15.5.6); `allowed` is a list like "GET, HEAD".
Response method_refused(std::string_view allowed);

}  // namespace gapura::admin
