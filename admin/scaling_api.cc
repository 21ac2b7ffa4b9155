#include "admin/scaling_api.h"

#include <boost/json.hpp>
#include <utility>

#include "admin/change_trace.h"
#include "admin/hand_change.h"
#include "admin/problem_reply.h"
#include "admin/rest/reply.h"
#include "base/log.h"

namespace gapura::admin {
namespace {

namespace json = boost::json;
using autoscale::CommandFault;

double seconds(Milliseconds time) {
  return static_cast<double>(time.count()) / 1'000;
}

json::value or_null(const std::optional<double>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::object object_of(const autoscale::Vote& vote) {
  json::object object;
  object["signal"] = vote.signal;
  object["value"] = or_null(vote.value);
  object["target"] = vote.target;
  object["size"] = vote.size;
  object["allowsFewer"] = vote.allows_fewer;
  object["reason"] = vote.reason;
  return object;
}

json::object object_of(const autoscale::Decision& decision, WallTime at) {
  json::object object;
  object["at"] = rfc3339(at);
  object["from"] = decision.from;
  object["to"] = decision.to;
  object["reason"] = decision.reason;
  json::array votes;
  for (const auto& vote : decision.votes) votes.push_back(object_of(vote));
  object["votes"] = std::move(votes);
  object["limits"] = json::value_from(decision.limits);
  return object;
}

/// What was seen last: flat numbers, so that KEDA's metrics-api scaler (valueLocation
/// "load.inFlight") and scripts can read them.
json::object load_of(const autoscale::Sample& sample) {
  json::object load;
  const double span_s = seconds(sample.span);
  load["requestsPerSecond"] = sample.has_load ? json::value(sample.arrived / span_s) : nullptr;
  load["inFlight"] = sample.in_flight;
  load["queued"] = sample.queued;
  load["concurrency"] = sample.in_flight + sample.queued;
  load["cpu"] = or_null(sample.cpu);
  load["memory"] = or_null(sample.memory);
  return load;
}

json::object size_of(const autoscale::ScalerView& view) {
  json::object size;
  size["serving"] = view.sample.serving;
  size["booting"] = view.sample.booting;
  size["draining"] = view.sample.draining;
  size["suspended"] = view.sample.suspended;
  size["wanted"] = view.decision.to;
  size["min"] = view.policy.min;
  size["max"] = view.policy.max;
  return size;
}

json::object object_of(const autoscale::InstanceView& one) {
  json::object object;
  object["name"] = one.instance.name;
  object["id"] = one.instance.id;
  object["phase"] = one.phase;
  object["provider"] = to_string(one.instance.state);
  object["address"] = one.instance.address;
  object["target"] = one.target;
  object["fault"] = one.fault;
  return object;
}

unsigned status_of(CommandFault::Kind kind) {
  switch (kind) {
    case CommandFault::Kind::no_such_service:
    case CommandFault::Kind::no_such_operation:
    case CommandFault::Kind::not_autoscaled: return 404;
    case CommandFault::Kind::at_limit: return 422;
    case CommandFault::Kind::busy: break;
  }
  return 409;
}

/// What a hand may change.
json::value hand_of(const ScalingDoors& doors, const std::string& service) {
  const auto view = doors.view(service);
  if (!view) return nullptr;
  json::object object;
  object["mode"] = to_string(view->mode);
  object["paused"] = view->is_paused;
  object["size"] = view->override_size ? json::value(*view->override_size) : nullptr;
  return object;
}

}  // namespace

json::object to_json(const autoscale::ScalerView& view, WallTime now) {
  const auto wall_of = [&](TimePoint at) {
    return now - std::chrono::duration_cast<WallTime::duration>(view.sample.at - at);
  };
  json::object object;
  object["service"] = view.service;
  object["mode"] = to_string(view.mode);
  object["paused"] = view.is_paused;
  object["override"] = view.override_size ? json::value(*view.override_size) : nullptr;
  if (view.override_left.count() != 0) object["overrideLeft"] = seconds(view.override_left);
  object["size"] = size_of(view);
  object["load"] = load_of(view.sample);
  object["decision"] = object_of(view.decision, wall_of(view.decision.at));
  json::array changes;
  for (const auto& decision : view.changes) {
    changes.push_back(object_of(decision, wall_of(decision.at)));
  }
  object["changes"] = std::move(changes);
  json::array instances;
  for (const auto& one : view.instances) instances.push_back(object_of(one));
  object["instances"] = std::move(instances);
  object["bootSeconds"] =
      view.boot_time.count() == 0 ? json::value(nullptr) : json::value(seconds(view.boot_time));
  object["providerFault"] = view.provider_fault;
  return object;
}

Response show_scaling(const ScalingDoors& doors, const std::string& service) {
  const auto view = doors.view(service);
  if (!view) {
    return problem_reply(404, "service " + service + " has no autoscale in its configuration");
  }
  return json_reply(200, to_json(*view, std::chrono::system_clock::now()));
}

Response change_scaling(const ScalingDoors& doors, const std::string& service,
                        const Request& request, const json::value& body) {
  const auto change = read_hand_change(body);
  if (auto refusal = refusal_of(change)) return *std::move(refusal);
  json::value before = hand_of(doors, service);
  if (const auto fault = doors.change(service, std::get<autoscale::HandChange>(change))) {
    return problem_reply(status_of(fault->kind), fault->message);
  }
  if (request.trace) {
    request.trace->note({{"service", service}, {"what", "autoscale"}}, std::move(before),
                        hand_of(doors, service));
  }
  log::info("admin: {} changed the scaling of service {}: {}", request.peer, service,
            json::serialize(body));
  return show_scaling(doors, service);
}

}  // namespace gapura::admin
