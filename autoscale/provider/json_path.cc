#include "autoscale/provider/json_path.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

namespace gapura::autoscale {
namespace {

namespace json = boost::json;

const json::value* member(const json::value* from, std::string_view name) {
  const json::object* object = from->if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

const json::value* element(const json::value* from, std::string_view index) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), number);
  const json::array* array = from->if_array();
  const bool is_there = error == std::errc{} && end == index.data() + index.size() &&
                        array != nullptr && number < array->size();
  return is_there ? &(*array)[number] : nullptr;
}

/// `condition` is "name=='value'".
const json::value* filtered(const json::value* from, std::string_view condition) {
  const auto equals = condition.find("=='");
  const json::array* array = from->if_array();
  if (array == nullptr || equals == std::string_view::npos || !condition.ends_with('\'')) {
    return nullptr;
  }
  const std::string_view name = condition.substr(0, equals);
  const std::string_view begin = condition.substr(equals + 3);
  const std::string_view wanted = begin.substr(0, begin.empty() ? 0 : begin.size() - 1);
  for (const json::value& one : *array) {
    const json::value* found = member(&one, name);
    if (found != nullptr && text_of(*found) == wanted) return &one;
  }
  return nullptr;
}

const json::value* in_brackets(const json::value* from, std::string_view what) {
  return what.starts_with('?') ? filtered(from, what.substr(1)) : element(from, what);
}

}  // namespace

const json::value* find(const json::value& answer, std::string_view path) {
  const json::value* at = &answer;
  while (at != nullptr && !path.empty()) {
    if (path.starts_with('[')) {
      // A filter's text may hold a bracket, not a quote.
      const auto end = path.starts_with("[?") ? path.find("']") : path.find(']');
      if (end == std::string_view::npos) return nullptr;
      const std::size_t close = path[end] == '\'' ? end + 1 : end;
      at = in_brackets(at, path.substr(1, close - 1));
      path.remove_prefix(close + 1);
    } else {
      const auto end = std::min(path.find_first_of(".["), path.size());
      at = member(at, path.substr(0, end));
      path.remove_prefix(end);
    }
    if (path.starts_with('.')) path.remove_prefix(1);
  }
  return at;
}

std::optional<std::string> text_of(const json::value& value) {
  if (const json::string* text = value.if_string()) return std::string(*text);
  if (value.is_number() || value.is_bool()) return json::serialize(value);
  return std::nullopt;
}

std::string text_at(const json::value& answer, std::string_view path) {
  const json::value* found = find(answer, path);
  return found == nullptr ? std::string() : text_of(*found).value_or(std::string());
}

}  // namespace gapura::autoscale
