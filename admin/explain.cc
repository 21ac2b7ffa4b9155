#include "admin/explain.h"

#include <boost/json.hpp>
#include <utility>

#include "admin/explain_service.h"
#include "admin/explain_sticky.h"
#include "admin/problem_reply.h"
#include "admin/question.h"
#include "admin/rest/reply.h"
#include "balancer/routing/mismatch.h"

namespace gapura::admin {
namespace json = boost::json;
using balancer::routing::RequestView;
using balancer::routing::Route;

namespace {

/// Routers that are shown, in order; the one that matches is shown wherever it stands.
constexpr std::size_t kRoutersMax = 1'000;

std::string names_of(const std::vector<conf::EntryPoint>& entry_points) {
  std::string names;
  for (const auto& one : entry_points) names += (names.empty() ? "" : ", ") + one.name;
  return names;
}

/// The entry point that is named, or the only one, or the one with the URL's port.
std::variant<std::size_t, Response> entry_point_of(const std::vector<conf::EntryPoint>& all,
                                                   const Question& question) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool is_it = question.entry_point.empty()
                           ? all.size() == 1 || all[i].address.port == question.port
                           : all[i].name == question.entry_point;
    if (is_it) return i;
  }
  if (!question.entry_point.empty()) {
    return problem_reply(
        404, "there is no entry point " + question.entry_point + ", but " + names_of(all),
        "entryPoint");
  }
  return problem_reply(400,
                       "no entry point has the port of the URL: say in \"entryPoint\" which of " +
                           names_of(all) + " is meant",
                       "entryPoint");
}

json::object object_of(const Route& route, const RequestView& request) {
  json::object object;
  object["router"] = route.name;
  object["priority"] = route.priority;
  const auto missed = balancer::routing::mismatches(*route.rule, request);
  object["matched"] = missed.empty();
  json::array parts;
  for (const auto& one : missed) {
    json::object part;
    part["part"] = one.part;
    part["got"] = one.got;
    parts.push_back(std::move(part));
  }
  object["mismatches"] = std::move(parts);
  return object;
}

/// Every router that is asked, in order, with what keeps it from matching.
json::array routers_of(const balancer::routing::Table& table, const RequestView& request,
                       const Route* chosen, const balancer::Registry& registry) {
  std::map<std::string, std::string> rules;
  for (auto& view : registry.routers()) rules[view.name] = std::move(view.rule);
  json::array list;
  for (const Route& route : table.routes()) {
    if (list.size() >= kRoutersMax && &route != chosen) continue;
    json::object one = object_of(route, request);
    one["rule"] = rules[route.name];
    one["isChosen"] = &route == chosen;
    list.push_back(std::move(one));
  }
  return list;
}

json::array disabled_routers(const balancer::Registry& registry) {
  json::array list;
  for (const auto& view : registry.routers()) {
    if (view.fault.empty()) continue;
    json::object one;
    one["router"] = view.name;
    one["rule"] = view.rule;
    one["fault"] = view.fault;
    list.push_back(std::move(one));
  }
  return list;
}

/// What came of the question, as one sentence.
std::string message_of(const Route* chosen, const json::object& service) {
  if (chosen == nullptr) return "no router matches: the answer is 404";
  const std::string way = "router " + chosen->name + " matches";
  const std::string name(service.at("name").as_string());
  const std::string kept = kept_in(service);
  const std::string where = kept.empty() ? "" : ", where its sticky cookie leads to " + kept;
  if (can_serve(service)) return way + ": forwarded to service " + name + where;
  return way + ", but service " + name + " has no target that can be picked: it waits or gets 503";
}

}  // namespace

Response explain(const balancer::Registry& registry, const ExplainSettings& settings,
                 const json::value& body) {
  const auto read = read_question(body);
  if (auto refusal = refusal_of(read)) return *std::move(refusal);
  const auto& question = std::get<Question>(read);
  const auto place = entry_point_of(settings.entry_points, question);
  if (const auto* refusal = std::get_if<Response>(&place)) return *refusal;
  const balancer::SnapshotPtr snapshot = registry.snapshot();
  if (snapshot == nullptr) return problem_reply(503, "the configuration is not known yet");
  const auto path = settings.routing_path(question.target);
  if (!path) {
    return problem_reply(400,
                         "\"url\": the proxy answers 400 to this path: it climbs above the root, "
                         "or holds a broken escape",
                         "url");
  }
  std::vector<HttpField> fields;
  for (const auto& [name, value] : question.headers) fields.push_back({name, value});
  const RequestView view{
      .method = question.method, .host = question.host, .path = *path, .fields = fields};
  const std::size_t slot = std::get<std::size_t>(place);
  const auto& table = snapshot->routes[slot];
  const Route* chosen = table.match(view);

  json::object shown;
  shown["method"] = question.method;
  shown["host"] = question.host;
  shown["path"] = *path;
  json::object answer;
  answer["entryPoint"] = settings.entry_points[slot].name;
  answer["request"] = std::move(shown);
  answer["router"] = chosen == nullptr ? json::value(nullptr) : json::value(chosen->name);
  json::object service;
  if (chosen != nullptr) {
    const balancer::PickRequest pick{.request = view, .client_address = question.client_address};
    service = explain_service(registry, *snapshot, chosen->service, pick);
  }
  answer["message"] = message_of(chosen, service);
  answer["routers"] = routers_of(table, view, chosen, registry);
  answer["disabled"] = disabled_routers(registry);
  answer["service"] = chosen == nullptr ? json::value(nullptr) : json::value(std::move(service));
  return json_reply(200, answer);
}

}  // namespace gapura::admin
