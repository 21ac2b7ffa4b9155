/// The part of a request by which hrw tells requests apart.
#pragma once

#include <string_view>

#include "balancer/pick_request.h"
#include "conf/dynamic_config.h"

namespace gapura::balancer {

/// Empty: the request has none (no such header or cookie). A view into the request.
std::string_view request_key(const conf::HashKey& key, const PickRequest& request) noexcept;

/// The value of the first cookie with this name (RFC 6265 4.2.1; names are case-sensitive, quotes
/// are part of the value as in browsers), or empty. No allocation.
std::string_view cookie_value(std::span<const HttpField> fields, std::string_view name) noexcept;

}  // namespace gapura::balancer
