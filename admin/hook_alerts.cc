#include "admin/hook_alerts.h"

#include <boost/json.hpp>

#include "admin/json.h"
#include "admin/problem_reply.h"
#include "admin/rest/reply.h"
#include "autoscale/alerts/payload.h"
#include "base/format.h"
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

/// Votes from here on with all of them, or says in `counts` and `faults` what it did not take.
AlertCounts take_all(autoscale::AlertPayload& payload, const ScalingDoors& doors,
                     const std::string& peer) {
  using Taken = autoscale::AlertTable::Taken;
  AlertCounts counts{.test = payload.tests, .refused = payload.faults.size()};
  std::uint64_t without_room = 0;
  for (const autoscale::Alert& alert : payload.alerts) {
    switch (doors.take(alert)) {
      case Taken::changed:
        ++counts.changed;
        log_change(alert, peer);
        break;
      case Taken::unchanged: ++counts.duplicate; break;
      case Taken::no_room: ++without_room; break;
    }
  }
  if (without_room == 0) return counts;
  counts.refused += without_room;
  payload.faults.push_back(fmt::format("{} had no room: {} others fire already", without_room,
                                       autoscale::AlertTable::kMost));
  return counts;
}

Response answer_of(const autoscale::AlertPayload& payload, const AlertCounts& counts) {
  const std::uint64_t taken = counts.changed + counts.duplicate;
  json::object object;
  object["taken"] = taken;
  object["changed"] = counts.changed;
  object["tests"] = payload.tests;
  object["refused"] = array_of(payload.faults);
  object["notes"] = array_of(payload.notes);
  const bool is_refused = taken == 0 && !payload.faults.empty();
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
  auto outcome = autoscale::read_payload(request.body, defaults);
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
  auto& payload = std::get<autoscale::AlertPayload>(outcome);
  answer.counts = take_all(payload, doors, request.peer);
  for (const std::string& fault : payload.faults) {
    log::warn("hooks: an alert from {} was not taken: {}", request.peer, fault);
  }
  answer.body = HookBody::alerts;
  answer.response = answer_of(payload, answer.counts);
  return answer;
}

}  // namespace gapura::admin
