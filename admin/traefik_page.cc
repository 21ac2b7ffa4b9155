#include "admin/traefik_page.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

#include "admin/json.h"
#include "base/ascii.h"

namespace gapura::admin {
namespace json = boost::json;

namespace {

constexpr std::uint32_t kPerPage = 100;

std::string text_in(const json::object& item, std::string_view member) {
  const json::value* value = item.if_contains(member);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string value_of(const TraefikQuery& query, const std::string& name) {
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

bool is_service(const std::string& of_item, const std::string& wanted) {
  if (wanted.empty()) return true;
  const bool is_whole = of_item.find('@') != std::string::npos;
  return of_item == (is_whole ? wanted : wanted.substr(0, wanted.find('@')));
}

/// A number from 1; nothing when it is none.
std::optional<std::uint32_t> number_in(const TraefikQuery& query, const std::string& name,
                                       std::uint32_t otherwise) {
  const std::string text = value_of(query, name);
  if (text.empty()) return otherwise;
  std::uint32_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (!is_whole || number == 0) return std::nullopt;
  return number;
}

}  // namespace

Response traefik_error(unsigned status, std::string_view text) {
  json::object object;
  object["message"] = text;
  Response response;
  response.status = status;
  response.body = to_text(object);
  return response;
}

bool is_wanted(const json::object& item, const TraefikQuery& query) {
  const std::string status = value_of(query, "status");
  if (!status.empty() && !iequals(text_in(item, "status"), status)) return false;
  if (!is_service(text_in(item, "service"), value_of(query, "serviceName"))) return false;
  // There are no middlewares, so nothing uses one.
  if (!value_of(query, "middlewareName").empty()) return false;
  const std::string search = to_lower(value_of(query, "search"));
  const auto holds = [&](std::string_view member) {
    return to_lower(text_in(item, member)).find(search) != std::string::npos;
  };
  return search.empty() || holds("name") || holds("rule");
}

Response traefik_page(const std::vector<json::object>& items, const TraefikQuery& query) {
  const auto per_page = number_in(query, "per_page", kPerPage);
  const auto page = number_in(query, "page", 1);
  if (!per_page || !page) {
    const std::string name = per_page ? "page" : "per_page";
    return traefik_error(400, "invalid request: " + name + ": " + value_of(query, name));
  }
  const std::uint64_t first = std::uint64_t{*page - 1} * *per_page;
  if (first != 0 && first >= items.size()) {
    return traefik_error(400, "invalid request: page: " + std::to_string(*page) +
                                  ", per_page: " + std::to_string(*per_page));
  }
  const std::uint64_t end = std::min<std::uint64_t>(first + *per_page, items.size());
  json::array list;
  for (std::uint64_t i = first; i < end; ++i) list.push_back(items[i]);
  Response response;
  response.body = to_text(list);
  response.fields.emplace_back("X-Next-Page",
                               std::to_string(end < items.size() ? std::uint64_t{*page} + 1 : 1));
  return response;
}

}  // namespace gapura::admin
