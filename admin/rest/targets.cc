#include "admin/rest/targets.h"

#include <boost/json.hpp>

#include "admin/body.h"
#include "admin/json.h"
#include "admin/location.h"
#include "admin/problem_reply.h"
#include "admin/query.h"
#include "admin/rest/entity_tag.h"
#include "admin/rest/parts.h"
#include "admin/rest/reply.h"
#include "base/log.h"

namespace gapura::admin {
namespace net = boost::asio;
namespace json = boost::json;
using balancer::NewTarget;
using balancer::Proposal;

namespace {

std::string path_of(const TargetName& name) {
  return "/api/v1/services/" + percent_encode(name.service) + "/targets/" + percent_encode(name.id);
}

std::vector<balancer::TargetView> find(const ApiParts& parts, const TargetName& name) {
  return find_targets(parts.registry, name.service, name.id, Clock::now());
}

}  // namespace

Response target_reply(const ApiParts& parts, const Call& call, unsigned status, Version version) {
  const auto found = find(parts, call.target());
  json::object gone;
  gone["id"] = call.target().id;
  gone["state"] = balancer::to_string(balancer::Phase::gone);
  const json::value shown = found.empty() ? gone : to_json(found, std::chrono::system_clock::now());
  Response response = json_reply(status, shown);
  set_tag(response, call.request, tag_of(found));
  set_version(response, version);
  return response;
}

net::awaitable<Response> list_targets(ApiParts& parts, Call call) {
  const auto service = parts.registry.service(call.service(), Clock::now());
  if (!service) co_return no_such_service(call.service());
  json::object list;
  list["targets"] = to_json(*service, std::chrono::system_clock::now()).at("targets");
  Response response = json_reply(200, list);
  set_tag(response, call.request, tag_of(service));
  co_return response;
}

net::awaitable<Response> show_target(ApiParts& parts, Call call) {
  const TargetName name = call.target();
  if (!parts.registry.service(name.service, Clock::now())) co_return no_such_service(name.service);
  const auto found = find(parts, name);
  if (found.empty()) {
    co_return problem_reply(404, "service " + name.service + " has no target " + name.id);
  }
  co_return target_reply(parts, call, 200, parts.registry.version());
}

net::awaitable<Response> add_targets(ApiParts& parts, Call call) {
  const auto read = read_targets(call.body);
  if (auto refusal = refusal_of(read)) co_return *std::move(refusal);
  const auto& wanted = std::get<WantedTargets>(read);
  const std::string service = call.service();
  std::function<Proposal()> propose = [&parts, &call, &service, &wanted]() -> Proposal {
    const auto before = parts.registry.service(service, Clock::now());
    if (auto refusal = condition_failure(call.request, tag_of(before))) return *std::move(refusal);
    return parts.registry.propose_add(service, wanted.targets);
  };
  const Changes::Outcome outcome =
      co_await parts.changes.make(std::move(propose), call.request.trace);
  if (auto failed = failure_of(outcome)) co_return *std::move(failed);

  const Applied applied = std::get<Applied>(outcome);
  json::array shown;
  for (const NewTarget& one : wanted.targets) {
    log::info("admin: {} added target {} ({}) to {}", call.request.peer, one.id,
              one.server.url.to_string(), service);
    for (const auto& view : find(parts, {service, one.id})) {
      shown.push_back(to_json(view, std::chrono::system_clock::now()));
    }
  }
  const bool is_one = !wanted.is_list && shown.size() == 1;
  Response response =
      json_reply(applied.has_changed ? 201 : 200, is_one ? shown.front() : json::value(shown));
  set_version(response, applied.version);
  if (is_one) {
    response.fields.emplace_back("Location", path_of({service, wanted.targets.front().id}));
  }
  co_return response;
}

net::awaitable<Response> put_target(ApiParts& parts, Call call) {
  const TargetName name = call.target();
  const auto ttl = read_ttl(call.query);
  if (auto refusal = refusal_of(ttl)) co_return *std::move(refusal);
  auto read = read_target(call.body, name.id);
  if (auto refusal = refusal_of(read)) co_return *std::move(refusal);
  auto& wanted = std::get<NewTarget>(read);
  wanted.ttl = std::get<Milliseconds>(ttl);
  bool was_there = false;
  std::function<Proposal()> propose = [&parts, &call, &name, &wanted, &was_there]() -> Proposal {
    const std::string tag = tag_of(find(parts, name));
    was_there = !tag.empty();
    if (auto refusal = condition_failure(call.request, tag)) return *std::move(refusal);
    Proposal proposal = parts.registry.propose_declare(name.service, std::span(&wanted, 1),
                                                       balancer::Missing::stay);
    // Before it is listed with its time, so that no clock finds it without one.
    if (!std::holds_alternative<balancer::Refusal>(proposal)) {
      parts.registrations.renew(name, wanted.ttl, Clock::now());
    }
    return proposal;
  };
  const Changes::Outcome outcome =
      co_await parts.changes.make(std::move(propose), call.request.trace);
  if (auto failed = failure_of(outcome)) co_return *std::move(failed);
  const Applied applied = std::get<Applied>(outcome);
  if (applied.has_changed) {
    log::info("admin: {} put target {} ({}) into {}", call.request.peer, name.id,
              wanted.server.url.to_string(), name.service);
  }
  Response response = target_reply(parts, call, was_there ? 200 : 201, applied.version);
  if (!was_there) response.fields.emplace_back("Location", path_of(name));
  co_return response;
}

net::awaitable<Response> change_target(ApiParts& parts, Call call) {
  const TargetName name = call.target();
  const auto read = read_target_change(call.body);
  if (auto refusal = refusal_of(read)) co_return *std::move(refusal);
  const auto& change = std::get<balancer::TargetChange>(read);
  std::function<Proposal()> propose = [&parts, &call, &name, &change]() -> Proposal {
    if (auto refusal = condition_failure(call.request, tag_of(find(parts, name)))) {
      return *std::move(refusal);
    }
    return parts.registry.propose_change(name.service, name.id, change);
  };
  const Changes::Outcome outcome =
      co_await parts.changes.make(std::move(propose), call.request.trace);
  if (auto failed = failure_of(outcome)) co_return *std::move(failed);
  const Applied applied = std::get<Applied>(outcome);
  if (applied.has_changed) {
    log::info("admin: {} changed target {} of {}: {}", call.request.peer, name.id, name.service,
              json::serialize(call.body));
  }
  co_return target_reply(parts, call, 200, applied.version);
}

}  // namespace gapura::admin
