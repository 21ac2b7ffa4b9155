#include "admin/hook_steps.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "admin/json.h"
#include "admin/location.h"
#include "admin/problem_reply.h"
#include "admin/rest/reply.h"
#include "conf/nearest.h"

namespace gapura::admin {
namespace json = boost::json;
namespace net = boost::asio;
using autoscale::CommandFault;
using autoscale::Direction;
using autoscale::Instance;
using autoscale::Operation;

namespace {

const char* to_string(Operation::State state) {
  switch (state) {
    case Operation::State::running: return "running";
    case Operation::State::done: return "done";
    case Operation::State::failed: return "failed";
  }
  return "unknown";
}

json::object to_json(const Operation& operation) {
  json::object object;
  object["id"] = operation.id;
  object["service"] = operation.service;
  object["direction"] = operation.direction == Direction::up ? "up" : "down";
  object["status"] = to_string(operation.state);
  object["from"] = operation.from;
  object["to"] = operation.to;
  if (!operation.instance.empty()) object["instance"] = operation.instance;
  object["message"] = operation.message;
  return object;
}

Response accepted(const Operation& operation) {
  Response response = json_reply(202, to_json(operation));
  response.fields.emplace_back("Location", "/v1/operations/" + percent_encode(operation.id));
  return response;
}

using Machines = std::vector<Instance>;

Machines machines_of(const ScalingDoors& doors, const std::string& service) {
  Machines machines;
  const auto view = doors.view(service);
  if (!view) return machines;
  for (const auto& one : view->instances) machines.push_back(one.instance);
  return machines;
}

/// By the names that the cloud of the webhooks we replace gives them.
json::object machine_json(const std::string& name, const Machines& machines) {
  json::object object;
  object["name"] = name;
  const auto found = std::ranges::find(machines, name, &Instance::name);
  if (found == machines.end()) return object;
  object["uuid"] = found->id;
  object["private_ipv4"] = found->address;
  if (found->created_s != 0) {
    object["created_at"] = rfc3339(WallTime(std::chrono::seconds(found->created_s)));
  }
  return object;
}

/// `before` are the machines that there were when the step began.
Response ended(const Operation& operation, const Machines& before, const Machines& now) {
  if (operation.state == Operation::State::failed) {
    json::object object;
    object["error"] = operation.message;
    object["operation"] = operation.id;
    return json_reply(500, std::move(object));
  }
  json::object object;
  if (operation.direction == Direction::up) {
    object["newVmData"] = machine_json(operation.instance, now);
  } else {
    object["message"] = "VM Deleted";
    object["vmDeleted"] = machine_json(operation.instance, before);
  }
  object["operation"] = operation.id;
  return json_reply(200, std::move(object));
}

Response refused(const CommandFault& fault, Direction direction) {
  switch (fault.kind) {
    case CommandFault::Kind::at_limit: {
      if (direction == Direction::up) return hook_error(409, fault.message);
      json::object object;
      object["message"] = "No child VM, scale down aborted";
      object["reason"] = fault.message;
      return json_reply(200, std::move(object));
    }
    case CommandFault::Kind::no_such_service:
    case CommandFault::Kind::no_such_operation: return hook_error(404, fault.message);
    case CommandFault::Kind::not_autoscaled:
    case CommandFault::Kind::busy: break;
  }
  return hook_error(409, fault.message);
}

}  // namespace

Response hook_error(unsigned status, std::string_view message) {
  json::object object;
  object["error"] = message;
  return json_reply(status, std::move(object));
}

net::awaitable<Response> HookSteps::step(Wish wish, std::shared_ptr<Departure> departure) {
  const std::vector<std::string> services = doors_.services();
  if (wish.service.empty() && services.size() > 1) {
    const std::vector<std::string_view> names(services.begin(), services.end());
    co_return hook_error(400, "name the service, as in ?service=" + services.front() +
                                  "; autoscaled are " + conf::listed(names));
  }
  if (wish.service.empty() && services.size() == 1) wish.service = services.front();
  const Machines before = machines_of(doors_, wish.service);
  const auto outcome = doors_.step(wish.service, wish.direction);
  if (const auto* fault = std::get_if<CommandFault>(&outcome)) {
    co_return refused(*fault, wish.direction);
  }
  Operation operation = std::get<Operation>(outcome);
  if (wish.is_async) co_return accepted(operation);
  std::function<bool()> has_ended = [this, &operation] {
    const auto now = doors_.operation(operation.id);
    if (const auto* known = std::get_if<Operation>(&now)) operation = *known;
    return operation.state != Operation::State::running ||
           std::holds_alternative<CommandFault>(now);
  };
  const TimePoint deadline = Clock::now() + kStepMax;
  co_await moved_.until(std::move(has_ended), departure, deadline);
  if (operation.state == Operation::State::running) co_return accepted(operation);
  co_return ended(operation, before, machines_of(doors_, operation.service));
}

Response HookSteps::show(const std::string& id) const {
  const auto outcome = doors_.operation(id);
  if (const auto* operation = std::get_if<Operation>(&outcome)) {
    return json_reply(200, to_json(*operation));
  }
  return problem_reply(404, std::get<CommandFault>(outcome).message);
}

}  // namespace gapura::admin
