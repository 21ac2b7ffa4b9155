#include "admin/rest/dispatch.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "admin/body.h"
#include "admin/location.h"
#include "admin/problem_reply.h"
#include "base/ascii.h"
#include "conf/nearest.h"

namespace gapura::admin {
namespace {

using Segments = std::vector<std::string>;
using Values = std::map<std::string, std::string>;

std::vector<std::string_view> words_of(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = text.find(separator);
    if (end != 0) words.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return words;
}

/// The values of the pattern's parameters, when `path` fits it.
std::optional<Values> fit(std::string_view pattern, const Segments& path) {
  const auto wanted = words_of(pattern, '/');
  if (wanted.size() != path.size()) return std::nullopt;
  Values values;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i].starts_with('{')) {
      if (wanted[i] != path[i]) return std::nullopt;
      continue;
    }
    if (path[i].empty()) return std::nullopt;
    values.emplace(wanted[i].substr(1, wanted[i].size() - 2), path[i]);
  }
  return values;
}

bool answers(const Operation& operation, const Request& request) {
  return operation.method == request.method || (operation.method == "GET" && request.is_read());
}

/// curl -d sends the form type for JSON too; a web page's other types need no permission of the
/// browser, so they are not taken.
bool is_json_type(std::string_view content_type) {
  const std::string type = to_lower(trim_ows(content_type.substr(0, content_type.find(';'))));
  return type.empty() || type == "application/json" || type.ends_with("+json") ||
         type == "application/x-www-form-urlencoded";
}

std::optional<Response> read_query(const Operation& operation, Call& call) {
  auto values = query_values(call.request.query);
  if (!values) return problem_reply(400, "the query holds a broken percent escape");
  const auto known = words_of(operation.query, ' ');
  for (const auto& [name, value] : *values) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string use = known.empty() ? "nothing is" : "known are " + conf::listed(known);
    return problem_reply(400,
                         conf::in_quotes(name) + " is not known in the query" +
                             conf::did_you_mean(name, known) + "; " + use,
                         name);
  }
  call.query = *std::move(values);
  return std::nullopt;
}

std::optional<Response> read_body(const Operation& operation, Call& call) {
  if (operation.body == Operation::Body::none) {
    if (is_no_body(call.request.body)) return std::nullopt;
    return problem_reply(400, "no body is expected here");
  }
  if (!is_json_type(call.request.content_type)) {
    return problem_reply(415, "send JSON (Content-Type: application/json)");
  }
  auto read = parse_body(call.request.body);
  if (auto refusal = refusal_of(read)) return *std::move(refusal);
  call.body = std::get<boost::json::value>(std::move(read));
  return std::nullopt;
}

}  // namespace

std::variant<Found, Response> find_operation(std::span<const Operation> table, Request request) {
  const auto path = path_segments(request.path);
  if (!path) return problem_reply(400, "the path holds a broken percent escape");
  std::string allowed;
  for (const Operation& operation : table) {
    auto values = fit(operation.path, *path);
    if (!values) continue;
    if (!answers(operation, request)) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(operation.method);
      if (operation.method == "GET") allowed += ", HEAD";
      continue;
    }
    Found found{
        &operation,
        {.request = std::move(request), .path = *std::move(values), .query = {}, .body = nullptr}};
    if (auto refusal = read_query(operation, found.call)) return *std::move(refusal);
    if (auto refusal = read_body(operation, found.call)) return *std::move(refusal);
    return found;
  }
  if (!allowed.empty()) return method_refused(allowed);
  return problem_reply(404, "nothing is here; see /api/v1/openapi.json for what there is");
}

}  // namespace gapura::admin
