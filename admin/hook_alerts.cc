#include "admin/hook_alerts.h"

#include <boost/json.hpp>

#include "admin/json.h"
#include "admin/problem_reply.h"
#include "admin/rest/reply.h"
#include "autoscale/alerts/payload.h"
#include "base/log.h"

namespace gapura::admin {
namespace json = boost::json;

namespace {

json::array array_of(const std::vector<std::string>& sentences) {
  return json::array(sentences.begin(), sentences.end());
}

void log_change(const autoscale::Alert& alert, const std::string& peer) {
  if (!alert.is_firing) {
    log::info("hooks: the alert {} is resolved (from {})", alert.name, peer);
    return;
  }
  log::info("hooks: the alert {} asks for {} {} of service {} (from {})", alert.name, alert.step,
            alert.direction == autoscale::Direction::up ? "more" : "fewer", alert.service, peer);
}

Response answer_of(const autoscale::AlertPayload& payload, std::uint64_t changed) {
  json::object object;
  object["taken"] = payload.alerts.size();
  object["changed"] = changed;
  object["tests"] = payload.tests;
  object["refused"] = array_of(payload.faults);
  object["notes"] = array_of(payload.notes);
  const bool is_refused = payload.alerts.empty() && !payload.faults.empty();
  if (!is_refused) return json_reply(202, object);
  Response response = problem_reply(422, "no alert could be taken: " + payload.faults.front());
  json::object problem = json::parse(response.body).as_object();
  for (auto& [key, value] : object) problem[key] = value;
  response.body = to_text(problem);
  return response;
}

}  // namespace

HookBodyAnswer take_alerts(const Request& request, const ScalingDoors& doors,
                           std::optional<autoscale::Direction> direction) {
  const autoscale::PayloadDefaults defaults{.services = doors.services(), .direction = direction};
  const auto outcome = autoscale::read_payload(request.body, defaults);
  HookBodyAnswer answer;
  if (const auto* none = std::get_if<autoscale::NoAlerts>(&outcome)) {
    answer.body = none->is_json ? HookBody::other_json : HookBody::other;
    return answer;
  }
  if (const auto* fault = std::get_if<autoscale::PayloadFault>(&outcome)) {
    answer.body = HookBody::broken_alerts;
    answer.message = fault->message;
    return answer;
  }
  const auto& payload = std::get<autoscale::AlertPayload>(outcome);
  std::uint64_t changed = 0;
  for (const autoscale::Alert& alert : payload.alerts) {
    if (!doors.take(alert)) continue;
    ++changed;
    log_change(alert, request.peer);
  }
  for (const std::string& fault : payload.faults) {
    log::warn("hooks: an alert from {} was not taken: {}", request.peer, fault);
  }
  answer.body = HookBody::alerts;
  answer.counts = {.changed = changed,
                   .duplicate = payload.alerts.size() - changed,
                   .test = payload.tests,
                   .refused = payload.faults.size()};
  answer.response = answer_of(payload, changed);
  return answer;
}

}  // namespace gapura::admin
