#include "admin/api.h"

#include <boost/json.hpp>
#include <ctime>
#include <optional>
#include <utility>

#include "admin/drain_waits.h"
#include "admin/guard.h"
#include "admin/hook_auth.h"
#include "admin/hooks.h"
#include "admin/json.h"
#include "admin/location.h"
#include "admin/problem_reply.h"
#include "admin/scaling_api.h"
#include "admin/target_commands.h"
#include "admin/update_servers.h"
#include "base/log.h"

namespace gapura::admin {
namespace net = boost::asio;
namespace json = boost::json;

namespace {

using Segments = std::vector<std::string>;

std::uint64_t number(Version version) {
  return static_cast<std::uint64_t>(version);
}

json::array list_of(const conf::Problems& problems) {
  json::array array;
  for (const auto& one : problems) array.push_back(admin::to_json(one));
  return array;
}

json::object object_of(const ConfigStatus& status) {
  json::object object;
  json::array files;
  for (const auto& file : status.files) {
    json::object one;
    one["path"] = file.path;
    one["status"] = file.is_broken ? "broken" : "ok";
    one["isLastGood"] = file.is_last_good;
    one["problems"] = list_of(file.problems);
    files.push_back(std::move(one));
  }
  object["files"] = std::move(files);
  object["problems"] = list_of(status.problems);
  object["reloads"] = status.reloads;
  object["failures"] = status.failures;
  return object;
}

bool has_error(const conf::Problems& problems) {
  for (const auto& one : problems) {
    if (one.severity == conf::Severity::error) return true;
  }
  return false;
}

/// "calculate@file" and "calculate" name the same service.
std::string service_name(const std::string& segment) {
  return segment.substr(0, segment.find('@'));
}

HookScope every_hook() {
  using conf::HookRoute;
  HookScope scope;
  scope.serves = {HookRoute::scale, HookRoute::update_servers, HookRoute::alerts, HookRoute::sd};
  return scope;
}

}  // namespace

struct Api::State {
  State(balancer::Registry& registry_, Settings settings_, Doors doors_)
      : registry(registry_),
        settings(std::move(settings_)),
        doors(std::move(doors_)),
        changes(registry, doors.persist),
        waits(registry),
        targets(registry, changes, waits),
        update_servers(registry, changes, settings.update_servers_service),
        hooks(registry, update_servers, doors.scaling),
        audit(doors.audit) {}

  balancer::Registry& registry;
  const Settings settings;
  const Doors doors;
  Changes changes;
  DrainWaits waits;
  TargetCommands targets;
  UpdateServers update_servers;
  Hooks hooks;
  Audit audit;

  net::awaitable<Response> route(Request request);
  net::awaitable<Response> route_services(Request request, Segments path);
  net::awaitable<Response> route_target(Request request, Segments path);
  net::awaitable<Response> reload(Request request);
  std::optional<balancer::ServiceView> find_service(const std::string& name) const;
  Response show(json::value value) const;
  Response show_services() const;
  Response show_service(const std::string& name, bool is_list_only) const;
  Response show_target(const TargetName& name) const;
  Response show_routers() const;
  Response show_config() const;
};

net::awaitable<Response> Api::State::route(Request request) {
  if (Hooks::route_of(request.path)) {
    HookScope scope = every_hook();
    co_return co_await hooks.answer(std::move(request), std::move(scope));
  }
  auto path = path_segments(request.path);
  if (!path) co_return problem_reply(400, "the path holds a broken percent escape");
  const bool is_api = path->size() >= 3 && path->at(0) == "api" && path->at(1) == "v1";
  if (!is_api) co_return problem_reply(404, "nothing is here; see /api/v1/services");
  path->erase(path->begin(), path->begin() + 2);

  const std::string first = path->front();
  if (first == "services") co_return co_await route_services(std::move(request), *std::move(path));
  if (path->size() > 1) co_return problem_reply(404, "nothing is here; see /api/v1/services");
  if (first == "reload") co_return co_await reload(std::move(request));
  const bool is_known =
      first == "routers" || first == "config" || first == "version" || first == "state";
  if (!is_known) co_return problem_reply(404, "nothing is here; see /api/v1/services");
  if (!request.is_read()) co_return method_refused("GET, HEAD");
  if (first == "routers") co_return show_routers();
  if (first == "config") co_return show_config();
  if (first == "state") co_return show(state_view(registry, doors.state, Clock::now()));
  json::object version;
  version["version"] = settings.software_version;
  co_return show(std::move(version));
}

net::awaitable<Response> Api::State::route_services(Request request, Segments path) {
  if (path.size() >= 4) co_return co_await route_target(std::move(request), std::move(path));
  if (path.size() == 1) {
    if (!request.is_read()) co_return method_refused("GET, HEAD");
    co_return show_services();
  }
  const std::string name = service_name(path[1]);
  const bool is_targets = path.size() == 3;
  if (is_targets && path[2] == "autoscale") {
    if (request.is_read()) co_return show_scaling(doors.scaling, name);
    if (request.method != "PATCH") co_return method_refused("GET, HEAD, PATCH");
    co_return change_scaling(doors.scaling, name, request);
  }
  if (is_targets && path[2] != "targets") {
    co_return problem_reply(404, "a service has only \"targets\" and \"autoscale\" below it");
  }
  if (request.is_read()) co_return show_service(name, is_targets);
  if (!is_targets) co_return method_refused("GET, HEAD");
  if (request.method != "POST") co_return method_refused("GET, HEAD, POST");
  co_return co_await targets.add(std::move(request), name);
}

/// {"services", service, "targets", id[, "drain"]}
net::awaitable<Response> Api::State::route_target(Request request, Segments path) {
  const bool is_drain = path.size() == 5 && path[4] == "drain";
  if (path[2] != "targets" || (path.size() > 4 && !is_drain)) {
    co_return problem_reply(404, "a target has only \"drain\" below it");
  }
  TargetName name;
  name.service = service_name(path[1]);
  name.id = path[3];
  if (is_drain && request.method == "POST") {
    co_return co_await targets.drain(std::move(request), std::move(name));
  }
  if (is_drain && request.method == "DELETE") {
    co_return co_await targets.undrain(std::move(request), std::move(name));
  }
  if (is_drain) co_return method_refused("POST, DELETE");
  if (request.is_read()) co_return show_target(name);
  if (request.method != "DELETE") co_return method_refused("GET, HEAD, DELETE");
  co_return co_await targets.remove(std::move(request), std::move(name));
}

net::awaitable<Response> Api::State::reload(Request request) {
  if (request.method != "POST") co_return method_refused("POST");
  struct Reloading {
    Condition done;
    std::optional<ConfigStatus> status;
  };
  // Shared: the answer may come when this frame is gone.
  const auto reloading = std::make_shared<Reloading>();
  log::info("admin: {} asked for a reload of the configuration", request.peer);
  std::function<void(ConfigStatus)> finish = [reloading](ConfigStatus status) {
    reloading->status = std::move(status);
    reloading->done.notify();
  };
  doors.reload(std::move(finish));
  std::function<bool()> is_done = [reloading] { return reloading->status.has_value(); };
  const Waited waited =
      co_await reloading->done.until(std::move(is_done), request.departure, Condition::kNever);
  if (waited != Waited::met) co_return problem_reply(503, "the wait was ended; the reload goes on");
  if (!has_error(reloading->status->problems)) co_return show(object_of(*reloading->status));

  // A script must notice (curl -f), though everything that is good in the files is served.
  Response response = problem_reply(
      422, "some of the configuration is broken; its last good version is served instead");
  json::object problem = json::parse(response.body).as_object();
  for (auto& [key, value] : object_of(*reloading->status)) problem[key] = value;
  response.body = to_text(problem);
  set_version(response, registry.version());
  co_return response;
}

std::optional<balancer::ServiceView> Api::State::find_service(const std::string& name) const {
  for (auto& one : registry.services(Clock::now())) {
    if (one.name == name) return std::move(one);
  }
  return std::nullopt;
}

Response Api::State::show(json::value value) const {
  Response response;
  response.body = to_text(value);
  set_version(response, registry.version());
  return response;
}

Response Api::State::show_services() const {
  const auto now = std::chrono::system_clock::now();
  json::array services;
  for (const auto& one : registry.services(Clock::now())) {
    services.push_back(admin::to_json(one, now));
  }
  json::object object;
  object["services"] = std::move(services);
  return show(std::move(object));
}

Response Api::State::show_service(const std::string& name, bool is_list_only) const {
  const auto service = find_service(name);
  if (!service) return problem_reply(404, "there is no service " + name);
  json::object object = admin::to_json(*service, std::chrono::system_clock::now());
  if (!is_list_only) return show(std::move(object));
  json::object list;
  list["targets"] = object["targets"];
  return show(std::move(list));
}

Response Api::State::show_target(const TargetName& name) const {
  if (!find_service(name.service)) return problem_reply(404, "there is no service " + name.service);
  const auto found = find_targets(registry, name.service, name.id, Clock::now());
  if (found.empty()) {
    return problem_reply(404, "service " + name.service + " has no target " + name.id);
  }
  return show(admin::to_json(found, std::chrono::system_clock::now()));
}

Response Api::State::show_routers() const {
  json::array routers;
  for (const auto& one : registry.routers()) routers.push_back(admin::to_json(one));
  json::object object;
  object["routers"] = std::move(routers);
  return show(std::move(object));
}

Response Api::State::show_config() const {
  json::object object;
  object["version"] = number(registry.version());
  object["adoptedVersion"] = number(registry.adopted_by_all());
  for (auto& [key, value] : object_of(doors.config())) object[key] = value;
  return show(std::move(object));
}

Api::Api(balancer::Registry& registry, Settings settings, Doors doors)
    : state_(std::make_shared<State>(registry, std::move(settings), std::move(doors))) {}
Api::~Api() = default;

net::awaitable<Response> Api::answer(Request request) {
  const auto state = state_;  // a local of this frame: lives as long as what it awaits
  co_return co_await state->route(std::move(request));
}

net::awaitable<Response> Api::answer_guarded(Guard& guard, Request request) {
  const auto state = state_;
  if (auto refusal = guard.refuse(request, Clock::now())) co_return *std::move(refusal);
  Audit::Entry entry = state->audit.begin(request, guard.who(request));
  Response response = co_await state->route(std::move(request));
  co_await state->audit.end(std::move(entry), response.status);
  co_return response;
}

net::awaitable<Response> Api::answer_hook(HookAuth& auth, const HookScope& scope, Request request) {
  const auto state = state_;
  const std::int64_t unix_s = std::time(nullptr);
  if (auto refusal = auth.refuse(request, Clock::now(), unix_s)) co_return *std::move(refusal);
  HookScope served = scope;
  Audit::Entry entry = state->audit.begin(request, auth.who(request));
  Response response = co_await state->hooks.answer(std::move(request), std::move(served));
  co_await state->audit.end(std::move(entry), response.status);
  co_return response;
}

net::awaitable<std::string> Api::change(std::function<balancer::Proposal()> propose) {
  const auto state = state_;
  Audit::Entry entry = state->audit.begin_own("autoscaler");
  auto making = state->changes.make(std::move(propose), entry.trace);
  const Changes::Outcome outcome = co_await std::move(making);
  co_await state->audit.end_own(std::move(entry));
  if (const auto* refusal = std::get_if<balancer::Refusal>(&outcome)) co_return refusal->message;
  const auto* error = std::get_if<std::error_code>(&outcome);
  co_return error == nullptr ? std::string() : "it cannot be made durable: " + error->message();
}

void Api::on_event(const balancer::Event& event) {
  state_->waits.on_event(event);
}
void Api::on_adopted() {
  state_->changes.on_adopted();
}
void Api::on_scaling() {
  state_->hooks.look();
}

}  // namespace gapura::admin
