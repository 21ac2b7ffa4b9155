#include "autoscale/signals/prometheus.h"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "autoscale/net/url.h"
#include "autoscale/provider/json_path.h"

namespace gapura::autoscale {
namespace {

namespace json = boost::json;

/// [time, "number"]
std::variant<double, std::string> number_of(const json::value* pair) {
  const json::array* items = pair == nullptr ? nullptr : pair->if_array();
  const json::string* text =
      items != nullptr && items->size() == 2 ? (*items)[1].if_string() : nullptr;
  if (text == nullptr) return "its answer holds no number";
  double number = 0;
  const auto [rest, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || rest != text->data() + text->size()) {
    return "its answer holds no number";
  }
  if (!std::isfinite(number)) return "its value is " + std::string(*text);
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
  if (text_at(whole, "status") != "success") {
    const std::string reason = text_at(whole, "error");
    return "it answers " + std::to_string(answer.status) + (reason.empty() ? "" : ": " + reason);
  }
  const json::value* result = find(whole, "data.result");
  const std::string type = text_at(whole, "data.resultType");
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
  return number_of(find(samples->front(), "value"));
}

}  // namespace gapura::autoscale
