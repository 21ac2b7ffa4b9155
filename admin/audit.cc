#include "admin/audit.h"

#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <utility>

#include "admin/body.h"
#include "admin/condition.h"
#include "admin/json.h"
#include "admin/location.h"
#include "base/ascii.h"

namespace gapura::admin {
namespace net = boost::asio;
namespace json = boost::json;

namespace {

constexpr std::size_t kBodyMax = 4096;
constexpr std::size_t kPathMax = 1024;
constexpr std::string_view kStruckOut = "***";

bool names_a_secret(std::string_view name) {
  constexpr std::array kWords{"token", "secret", "password", "authorization", "cookie", "apikey"};
  const std::string lower = to_lower(name);
  for (const char* word : kWords) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

/// "http://user:password@host" without who it speaks of.
std::string without_user(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::string(text);
  const auto begin = scheme + 3;
  const auto authority = text.substr(begin, text.find_first_of("/?#", begin) - begin);
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string(text);
  std::string struck(text.substr(0, begin));
  struck += kStruckOut;
  struck += text.substr(begin + at);
  return struck;
}

/// As deep as parse_body() lets a body be.
json::value without_secrets(const json::value& value) {
  if (value.is_string()) return json::value(without_user(value.get_string()));
  if (value.is_array()) {
    json::array array;
    for (const auto& one : value.get_array()) array.push_back(without_secrets(one));
    return array;
  }
  if (!value.is_object()) return value;
  json::object object;
  for (const auto& [name, member] : value.get_object()) {
    object[name] = names_a_secret(name) ? json::value(kStruckOut) : without_secrets(member);
  }
  return object;
}

json::value size_only(std::string_view text) {
  json::object object;
  object["bytes"] = text.size();
  return object;
}

json::value audited_query(std::string_view query) {
  const auto values = query_values(query);
  if (!values || query.size() > kBodyMax) return size_only(query);
  json::object object;
  for (const auto& [name, value] : *values) {
    object[name] = names_a_secret(name) ? std::string(kStruckOut) : value;
  }
  return object;
}

}  // namespace

json::value audited_body(std::string_view body) {
  if (body.size() > kBodyMax) return size_only(body);
  const auto parsed = parse_body(body);
  const auto* value = std::get_if<json::value>(&parsed);
  return value == nullptr ? size_only(body) : without_secrets(*value);
}

Audit::Entry Audit::begin_own(std::string who) const {
  Entry entry;
  if (!append_) return entry;
  entry.trace = std::make_shared<ChangeTrace>();
  entry.line["time"] = rfc3339(std::chrono::system_clock::now());
  entry.line["who"] = std::move(who);
  return entry;
}

Audit::Entry Audit::begin(Request& request, std::string who) const {
  if (request.is_read()) return {};
  Entry entry = begin_own(std::move(who));
  request.trace = entry.trace;
  entry.line["from"] = request.peer;
  entry.line["method"] = request.method;
  entry.line["path"] = request.path.substr(0, kPathMax);
  if (!request.query.empty()) entry.line["query"] = audited_query(request.query);
  if (!request.body.empty()) entry.line["body"] = audited_body(request.body);
  return entry;
}

net::awaitable<void> Audit::end(Entry entry, unsigned status) {
  entry.line["status"] = status;
  co_await write(std::move(entry));
}

net::awaitable<void> Audit::end_own(Entry entry) {
  if (!entry.trace || entry.trace->changes.empty()) co_return;
  co_await write(std::move(entry));
}

net::awaitable<void> Audit::write(Entry entry) {
  if (!entry.trace) co_return;
  entry.line["changes"] = std::move(entry.trace->changes);
  struct Writing {
    Condition done;
    bool is_done = false;
  };
  // Shared: the answer may come when this frame is gone.
  const auto writing = std::make_shared<Writing>();
  std::function<void()> finish = [writing] {
    writing->is_done = true;
    writing->done.notify();
  };
  std::string line = to_text(entry.line);
  line.pop_back();  // the break is the log's
  append_(std::move(line), std::move(finish));
  std::function<bool()> is_done = [writing] { return writing->is_done; };
  co_await writing->done.until(std::move(is_done), nullptr, Condition::kNever);
}

}  // namespace gapura::admin
