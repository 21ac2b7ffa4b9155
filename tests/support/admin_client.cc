#include "tests/support/admin_client.h"

#include <algorithm>
#include <boost/json.hpp>

namespace gapura::test {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view member) {
  const json::value* value = object.if_contains(member);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::int64_t number_of(const json::object& object, std::string_view member) {
  const json::value* value = object.if_contains(member);
  return value != nullptr && value->is_int64() ? value->get_int64() : -1;
}

}  // namespace

std::optional<double> AdminClient::Answer::number(std::string_view member) const {
  if (!body.is_object()) return std::nullopt;
  const json::value* value = body.get_object().if_contains(member);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

AdminClient::Answer AdminClient::call(const std::string& method, const std::string& path,
                                      const std::string& body) {
  RawClient client(port_);
  std::string request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n";
  if (!token_.empty()) request += "Authorization: Bearer " + token_ + "\r\n";
  if (!body.empty()) request += "Content-Type: application/json\r\n";
  request += "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
  Response response = client.ask(request + body, method);
  Answer answer{.status = response.status,
                .text = std::move(response.body),
                .body = nullptr,
                .fault = std::move(response.fault)};
  boost::system::error_code error;
  json::value parsed = json::parse(answer.text, error);
  if (!error) answer.body = std::move(parsed);
  return answer;
}

std::vector<ShownTarget> AdminClient::targets(const std::string& service) {
  const Answer answer = get(targets_path(service));
  const json::array* list = answer.body.if_array();
  if (const json::object* object = answer.body.if_object()) {
    const json::value* member = object->if_contains("targets");
    if (member != nullptr) list = member->if_array();
  }
  std::vector<ShownTarget> shown;
  if (list == nullptr) return shown;
  for (const json::value& value : *list) {
    const json::object& object = value.as_object();
    shown.push_back({.id = text_of(object, "id"),
                     .url = text_of(object, "url"),
                     .state = text_of(object, "state"),
                     .in_flight = number_of(object, "inFlight"),
                     .weight = number_of(object, "weight")});
  }
  return shown;
}

std::optional<ShownTarget> AdminClient::target(const std::string& id, const std::string& service) {
  for (ShownTarget& one : targets(service)) {
    if (one.id == id) return std::move(one);
  }
  return std::nullopt;
}

std::int64_t AdminClient::in_flight(const std::string& service) {
  std::int64_t sum = 0;
  for (const ShownTarget& one : targets(service)) sum += one.in_flight;
  return sum;
}

bool AdminClient::wait_for_targets(const std::vector<std::string>& ids, const std::string& state) {
  return eventually([&] {
    const std::vector<ShownTarget> shown = targets();
    return shown.size() == ids.size() && std::ranges::all_of(shown, [&](const ShownTarget& one) {
             return one.state == state && std::ranges::find(ids, one.id) != ids.end();
           });
  });
}

bool AdminClient::wait_until_gone(const std::string& id) {
  // An empty list may also mean that the call failed, so ask for it by name.
  return eventually([&] { return get(target_path(id)).status == 404; });
}

bool AdminClient::wait_for_state(const std::string& id, const std::string& state) {
  return eventually([&] {
    const auto shown = target(id);
    return shown && shown->state == state;
  });
}

}  // namespace gapura::test
