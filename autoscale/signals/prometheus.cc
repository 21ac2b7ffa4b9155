#include "autoscale/signals/prometheus.h"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "base/ascii.h"

namespace gapura::autoscale {
namespace {

namespace json = boost::json;

/// RFC 3986 2.3: everything but unreserved characters.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_ascii_digit(c) ||
                          std::string_view("-._~").find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

const json::value* member(const json::value* value, std::string_view name) {
  const json::object* object = value == nullptr ? nullptr : value->if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

std::string text_of(const json::value* value) {
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

/// [time, "number"]
std::variant<double, std::string> number_of(const json::value* pair) {
  const json::array* items = pair == nullptr ? nullptr : pair->if_array();
  const std::string text =
      items != nullptr && items->size() == 2 ? text_of(&(*items)[1]) : std::string();
  double number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || rest != text.data() + text.size()) {
    return "its answer holds no number";
  }
  if (!std::isfinite(number)) return "its value is " + text;
  return number;
}

}  // namespace

HttpCall query_call(const conf::QuerySignal& signal, const std::string& token) {
  std::string server = signal.server;
  while (server.ends_with('/')) server.pop_back();
  HttpCall call{.url = server + "/api/v1/query?query=" + percent_encoded(signal.query),
                .timeout = Milliseconds(10'000)};
  if (!token.empty()) call.headers.emplace_back("Authorization", "Bearer " + token);
  return call;
}

std::variant<double, std::string> read_query_answer(const HttpAnswer& answer) {
  boost::system::error_code error;
  const json::value whole = json::parse(answer.body, error);
  if (error) return "it answers " + std::to_string(answer.status) + " without JSON";
  if (text_of(member(&whole, "status")) != "success") {
    const std::string reason = text_of(member(&whole, "error"));
    return "it answers " + std::to_string(answer.status) + (reason.empty() ? "" : ": " + reason);
  }
  const json::value* data = member(&whole, "data");
  const json::value* result = member(data, "result");
  const std::string type = text_of(member(data, "resultType"));
  if (type == "scalar") return number_of(result);
  const json::array* samples = result == nullptr ? nullptr : result->if_array();
  if (type != "vector" || samples == nullptr) {
    return "the query gives a " + (type.empty() ? "thing without type" : type) +
           ", and one number is wanted";
  }
  if (samples->empty()) return "the query gives no data";
  if (samples->size() > 1) {
    return "the query gives " + std::to_string(samples->size()) +
           " numbers, and one is wanted: put avg() or sum() around it";
  }
  return number_of(member(&samples->front(), "value"));
}

}  // namespace gapura::autoscale
