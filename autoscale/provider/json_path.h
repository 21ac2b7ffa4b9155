/// Where in an answer a value stands: "data.servers[0].net[?type=='private'].ip". Names separated
/// by dots, indices, and filters that take the first member of a list (or of an object's values)
/// whose field is that text. Empty: the whole answer. Pure; any thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace gapura::autoscale {

/// Null when it is not there, or the path is none.
const boost::json::value* find(const boost::json::value& answer, std::string_view path);

/// A text, a number or a truth value as text; nothing for anything else.
std::optional<std::string> text_of(const boost::json::value& value);

/// text_of() what stands at the path; empty: nothing does.
std::string text_at(const boost::json::value& answer, std::string_view path);

}  // namespace gapura::autoscale
