/// "host" or "host:port", as Host fields and absolute targets have it (RFC 9110 7.2).
/// Pure; any thread.
#pragma once

#include <string_view>

namespace gapura::proxy {

/// A name has at most 255 bytes (RFC 1035 2.3.4). It is repeated in fields that we add, so that a
/// longer one would let a small head become a large one.
constexpr std::size_t kAuthorityMax = 300;

/// True for a host as RFC 3986 3.2.2 writes it (an empty one too), with or without a port of up to
/// five digits. No user information.
bool is_authority(std::string_view text) noexcept;

}  // namespace gapura::proxy
