/// Texts with placeholders ("{{name}}", see conf/placeholders.h) made into what is sent. Pure; any
/// thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gapura::autoscale {

using Words = std::map<std::string, std::string, std::less<>>;

/// How a value is written where it stands, so that it cannot become more than a value.
enum class Escape {
  none,
  url,   ///< percent-encoded (RFC 3986 2.1): a path segment or a part of a query
  json,  ///< as in a JSON string, without the quotes
};

std::string escaped(std::string_view value, Escape escape);

/// `text` with the values of those placeholders that `words` has; others stay as they are.
std::string expand(std::string_view text, const Words& words, Escape escape);

/// application/x-www-form-urlencoded.
std::string form_of(const std::vector<std::pair<std::string, std::string>>& fields);

/// `text` without the values themselves, longest first: for messages that quote others.
std::string masked(std::string text, const Words& secrets);

}  // namespace gapura::autoscale
