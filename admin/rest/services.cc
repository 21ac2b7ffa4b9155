#include "admin/rest/services.h"

#include <algorithm>
#include <boost/json.hpp>

#include "admin/body.h"
#include "admin/json.h"
#include "admin/problem_reply.h"
#include "admin/rest/entity_tag.h"
#include "admin/rest/parts.h"
#include "admin/rest/reply.h"
#include "admin/scaling_api.h"
#include "base/log.h"

namespace gapura::admin {
namespace net = boost::asio;
namespace json = boost::json;
using balancer::Proposal;

namespace {

/// What is set by hand, which is all that a PATCH can change.
std::string hand_tag_of(const autoscale::ScalerView& view) {
  const std::string size = view.override_size ? std::to_string(*view.override_size) : "";
  return tag_of(std::string(to_string(view.mode)) + ' ' + (view.is_paused ? "paused " : "") + size);
}

Response show(const ApiParts& parts, const Call& call) {
  const auto service = parts.registry.service(call.service(), Clock::now());
  if (!service) return no_such_service(call.service());
  Response response = json_reply(200, to_json(*service, std::chrono::system_clock::now()));
  set_tag(response, call.request, tag_of(service));
  return response;
}

}  // namespace

net::awaitable<Response> list_services(ApiParts& parts, Call /*call*/) {
  const auto now = std::chrono::system_clock::now();
  const std::vector<std::string> scaled = parts.doors.scaling.services();
  json::array services;
  for (const auto& one : parts.registry.services(Clock::now())) {
    json::object shown = to_json(one, now);
    shown["autoscaled"] = std::ranges::find(scaled, one.name) != scaled.end();
    services.push_back(std::move(shown));
  }
  json::object object;
  object["services"] = std::move(services);
  co_return json_reply(200, object);
}

net::awaitable<Response> show_service(ApiParts& parts, Call call) {
  co_return show(parts, call);
}

net::awaitable<Response> change_service(ApiParts& parts, Call call) {
  const auto read = read_service_change(call.body);
  if (auto refusal = refusal_of(read)) co_return *std::move(refusal);
  const auto wanted = std::get<std::optional<std::uint32_t>>(read);
  std::function<Proposal()> propose = [&parts, &call, wanted]() -> Proposal {
    const auto before = parts.registry.service(call.service(), Clock::now());
    if (auto refusal = condition_failure(call.request, tag_of(before))) return *std::move(refusal);
    return parts.registry.propose_in_flight_max(call.service(), wanted);
  };
  const Changes::Outcome outcome =
      co_await parts.changes.make(std::move(propose), call.request.trace);
  if (auto failed = failure_of(outcome)) co_return *std::move(failed);
  const Applied applied = std::get<Applied>(outcome);
  if (applied.has_changed) {
    log::info("admin: {} set maxInFlight of {} to {}", call.request.peer, call.service(),
              wanted ? std::to_string(*wanted) : "what its file says");
  }
  Response response = show(parts, call);
  set_version(response, applied.version);
  co_return response;
}

net::awaitable<Response> show_autoscale(ApiParts& parts, Call call) {
  const auto& doors = parts.doors.scaling;
  Response response = show_scaling(doors, call.service());
  const auto view = doors.view(call.service());
  if (view) set_tag(response, call.request, hand_tag_of(*view));
  co_return response;
}

net::awaitable<Response> change_autoscale(ApiParts& parts, Call call) {
  const auto& doors = parts.doors.scaling;
  const auto view = doors.view(call.service());
  const std::string tag = view ? hand_tag_of(*view) : "";
  if (const auto refusal = condition_failure(call.request, tag); view && refusal) {
    co_return problem_reply(412, refusal->message);
  }
  Response response = change_scaling(doors, call.service(), call.request, call.body);
  if (const auto after = doors.view(call.service()); after && response.status == 200) {
    set_tag(response, call.request, hand_tag_of(*after));
  }
  co_return response;
}

}  // namespace gapura::admin
