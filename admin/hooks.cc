#include "admin/hooks.h"

#include <algorithm>
#include <utility>

#include "admin/body.h"
#include "admin/discovery.h"
#include "admin/hook_alerts.h"
#include "admin/location.h"
#include "admin/problem_reply.h"
#include "base/ascii.h"
#include "conf/scalars.h"

namespace gapura::admin {
namespace net = boost::asio;
using autoscale::Direction;
using conf::HookRoute;

namespace {

constexpr std::string_view kUp = "/v1/scale-up";
constexpr std::string_view kDown = "/v1/scale-down";
constexpr std::string_view kOperations = "/v1/operations/";
constexpr std::string_view kUpdateServers = "/update-servers";
constexpr std::string_view kAlerts = "/api/v1/hooks/alerts";
constexpr std::string_view kDiscovery = "/sd/prometheus";

/// The query's values, of which all names must be among `known`; else what is wrong.
std::optional<std::map<std::string, std::string>> values_of(
    const Request& request, std::initializer_list<std::string_view> known, std::string* fault) {
  auto values = query_values(request.query);
  if (!values) *fault = "the query holds a broken percent escape";
  if (!values) return std::nullopt;
  for (const auto& [name, value] : *values) {
    if (std::ranges::find(known, name) != known.end()) continue;
    *fault = "the query holds a name that is not known here; known are";
    for (const std::string_view one : known) *fault += " " + std::string(one);
    return std::nullopt;
  }
  return values;
}

/// "calculate@file" and "calculate" name the same service.
std::string service_in(const std::map<std::string, std::string>& values) {
  const auto found = values.find("service");
  return found == values.end() ? std::string() : found->second.substr(0, found->second.find('@'));
}

bool says_json(const Request& request) {
  return to_lower(request.content_type).find("json") != std::string::npos;
}

}  // namespace

Hooks::Hooks(balancer::Registry& registry, UpdateServers& update_servers, ScalingDoors doors)
    : registry_(registry),
      update_servers_(update_servers),
      doors_(std::move(doors)),
      steps_(doors_) {}

std::optional<HookRoute> Hooks::route_of(std::string_view path) {
  if (path == kUp || path == kDown || path.starts_with(kOperations)) return HookRoute::scale;
  if (path == kUpdateServers) return HookRoute::update_servers;
  if (path == kAlerts) return HookRoute::alerts;
  if (path == kDiscovery) return HookRoute::sd;
  return std::nullopt;
}

net::awaitable<Response> Hooks::answer(Request request, HookScope scope) {
  const auto route = route_of(request.path);
  if (!route || !scope.serves.contains(*route)) {
    co_return problem_reply(404,
                            "nothing is here; what this listener serves is in hooks of the "
                            "static configuration");
  }
  switch (*route) {
    case HookRoute::scale:
      if (request.path.starts_with(kOperations)) co_return show_operation(request);
      co_return co_await scale(std::move(request), scope.is_async);
    case HookRoute::update_servers: co_return co_await update_servers_.answer(std::move(request));
    case HookRoute::alerts: co_return take_alerts(request);
    case HookRoute::sd: break;
  }
  co_return discover(request);
}

net::awaitable<Response> Hooks::scale(Request request, bool is_async) {
  if (request.method != "POST") co_return method_refused("POST");
  std::string fault;
  const auto values = values_of(request, {"service", "async"}, &fault);
  if (!values) co_return hook_error(400, fault);
  HookSteps::Wish wish;
  wish.direction = request.path == kUp ? Direction::up : Direction::down;
  wish.service = service_in(*values);
  wish.is_async = is_async;
  if (const auto found = values->find("async"); found != values->end()) {
    const auto flag = found->second.empty() ? true : conf::parse_bool(found->second, &fault);
    if (!flag) co_return hook_error(400, "async must be true or false");
    wish.is_async = *flag;
  }
  HookBodyAnswer read = admin::take_alerts(request, doors_, wish.direction);
  if (read.body == HookBody::alerts) co_return std::move(read.response);
  if (read.body == HookBody::broken_alerts) co_return hook_error(400, read.message);
  const bool is_broken = read.body == HookBody::other && says_json(request);
  if (is_broken && !is_no_body(request.body)) {
    co_return hook_error(400, "the body is not valid JSON");
  }
  co_return co_await steps_.step(std::move(wish), request.departure);
}

Response Hooks::take_alerts(const Request& request) {
  if (request.method != "POST") return method_refused("POST");
  HookBodyAnswer read = admin::take_alerts(request, doors_, std::nullopt);
  if (read.body == HookBody::alerts) return std::move(read.response);
  return problem_reply(400, read.body == HookBody::broken_alerts
                                ? read.message
                                : "the body is no webhook of Grafana or Alertmanager: a JSON "
                                  "object with an array \"alerts\" is expected");
}

Response Hooks::show_operation(const Request& request) const {
  if (!request.is_read()) return method_refused("GET, HEAD");
  const auto id = percent_decode(std::string_view(request.path).substr(kOperations.size()));
  if (!id) return problem_reply(400, "the path holds a broken percent escape");
  return steps_.show(*id);
}

Response Hooks::discover(const Request& request) const {
  if (!request.is_read()) return method_refused("GET, HEAD");
  std::string fault;
  const auto values = values_of(request, {"service", "port"}, &fault);
  if (!values) return problem_reply(400, fault);
  conf::TargetsFile wanted;
  wanted.service = service_in(*values);
  if (const auto found = values->find("port"); found != values->end()) {
    const auto port = conf::parse_port(found->second, 1, &fault);
    if (!port) return problem_reply(400, fault, "port");
    wanted.port = *port;
  }
  const auto services = registry_.services(Clock::now());
  const bool is_known =
      wanted.service.empty() ||
      std::ranges::find(services, wanted.service, &balancer::ServiceView::name) != services.end();
  // Prometheus keeps its last list when it is refused.
  if (!is_known) return problem_reply(404, "there is no service " + wanted.service, "service");
  Response response;
  response.body = discovery_text(services, wanted);
  return response;
}

}  // namespace gapura::admin
