/// Host names and IP literals as they stand in URLs and addresses. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gapura::conf {

/// "[2001:DB8::1]" -> "2001:db8::1", "10.0.0.5" as it is, "Web-1.Local" -> "web-1.local"; or what
/// is wrong (one sentence). Brackets are required around IPv6. A host that ends in a number must be
/// an IPv4 address, so that "10.0.0" or "10.0.0.256" is not looked up as a name. An IPv4-mapped
/// address becomes the IPv4 one.
std::optional<std::string> parse_host(std::string_view text, std::string* fault);

}  // namespace gapura::conf
