#include "app/cli/json_view.h"

#include <algorithm>

#include "app/cli/text.h"

namespace gapura::app::cli {
namespace {

bool is_scalar(const boost::json::value& value) noexcept {
  return !value.is_object() && !value.is_array();
}

}  // namespace

const boost::json::value* find_in(const boost::json::value& value, std::string_view path) noexcept {
  const boost::json::value* at = &value;
  while (at != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    const auto* object = at->if_object();
    at = object == nullptr ? nullptr : object->if_contains(path.substr(0, dot));
    path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
  }
  return at;
}

std::string scalar_text(const boost::json::value& value) {
  if (value.is_string()) return visible(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "true" : "false";
  if (value.is_number()) return number(value.to_number<double>(), 3);
  return "-";
}

std::string text_in(const boost::json::value& value, std::string_view path) {
  const auto* found = find_in(value, path);
  return found == nullptr || found->is_null() || !is_scalar(*found) ? std::string()
                                                                    : scalar_text(*found);
}

std::optional<double> number_in(const boost::json::value& value, std::string_view path) noexcept {
  const auto* found = find_in(value, path);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  if (found->is_double()) return found->get_double();
  return found->is_int64() ? static_cast<double>(found->get_int64())
                           : static_cast<double>(found->get_uint64());
}

bool is_true_in(const boost::json::value& value, std::string_view path) noexcept {
  const auto* found = find_in(value, path);
  return found != nullptr && found->is_bool() && found->get_bool();
}

const boost::json::array& list_in(const boost::json::value& value, std::string_view path) noexcept {
  static const boost::json::array kNone;
  const auto* found = find_in(value, path);
  const auto* list = found == nullptr ? nullptr : found->if_array();
  return list == nullptr ? kNone : *list;
}

std::string joined(const boost::json::array& list) {
  std::string text;
  for (const auto& one : list) text += (text.empty() ? "" : ", ") + scalar_text(one);
  return text;
}

std::string as_outline(const boost::json::value& value, std::size_t indent) {
  const std::string margin(indent, ' ');
  if (is_scalar(value)) return margin + scalar_text(value) + "\n";
  std::string text;
  if (const auto* list = value.if_array()) {
    for (const auto& one : *list) {
      std::string inner = as_outline(one, indent + 2);
      if (inner.size() > indent) inner[indent] = '-';
      text += inner;
    }
    return text;
  }
  for (const auto& [key, member] : value.get_object()) {
    text += margin + visible(key) + ":";
    const auto* list = member.if_array();
    const bool is_flat = list != nullptr && std::ranges::all_of(*list, is_scalar);
    if (is_scalar(member) || is_flat) {
      text += " " + (is_flat ? joined(*list) : scalar_text(member)) + "\n";
    } else {
      text += "\n" + as_outline(member, indent + 2);
    }
  }
  return text;
}

}  // namespace gapura::app::cli
