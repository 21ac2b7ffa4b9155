/// A request's path and query, taken apart and decoded. Pure; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gapura::admin {

/// Undoes percent-encoding (RFC 3986 2.1); nullopt when an escape is broken or means NUL.
std::optional<std::string> percent_decode(std::string_view text);
/// Encodes all but unreserved characters and ':', which identifiers of targets hold.
std::string percent_encode(std::string_view text);

/// "/api/v1/services/a%2Fb" -> {"api", "v1", "services", "a/b"}: split first, decoded afterwards.
/// nullopt when it does not begin with "/", or an escape is broken.
std::optional<std::vector<std::string>> path_segments(std::string_view path);

/// "wait=true&timeout=5" by name; a name without "=" has an empty value, the last of equals wins.
std::optional<std::map<std::string, std::string>> query_values(std::string_view query);

}  // namespace gapura::admin
