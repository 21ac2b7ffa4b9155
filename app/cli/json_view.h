/// Looks into an answer of the API without trusting its shape: what is missing, or is something
/// else, is empty. Pure; any thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace gapura::app::cli {

/// The value at "size.wanted"; null when there is none.
const boost::json::value* find_in(const boost::json::value& value, std::string_view path) noexcept;

/// Text as it is; numbers, true and false as JSON writes them; "" for all else.
std::string text_in(const boost::json::value& value, std::string_view path);
std::optional<double> number_in(const boost::json::value& value, std::string_view path) noexcept;
bool is_true_in(const boost::json::value& value, std::string_view path) noexcept;
const boost::json::array& list_in(const boost::json::value& value, std::string_view path) noexcept;

/// A scalar as text: as text_in(), but null is "-".
std::string scalar_text(const boost::json::value& value);

/// "[a, b]" of scalars as "a, b".
std::string joined(const boost::json::array& list);

/// Anything, as lines "key: value", what is inside indented by two more.
std::string as_outline(const boost::json::value& value, std::size_t indent = 0);

}  // namespace gapura::app::cli
