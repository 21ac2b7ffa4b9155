#include "admin/rest/configuration.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "admin/json.h"
#include "admin/problem_reply.h"
#include "admin/rest/parts.h"
#include "admin/rest/reply.h"
#include "base/log.h"

namespace gapura::admin {
namespace net = boost::asio;
namespace json = boost::json;

namespace {

json::array list_of(const conf::Problems& problems) {
  json::array array;
  for (const auto& one : problems) array.push_back(to_json(one));
  return array;
}

json::object object_of(const ApiParts& parts, const ConfigStatus& status) {
  json::object object;
  object["version"] = index(parts.registry.version());
  object["adoptedVersion"] = index(parts.registry.adopted_by_all());
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
  const bool was_applied = status.applied_at != WallTime{};
  object["lastGoodReload"] = was_applied ? json::value(rfc3339(status.applied_at)) : nullptr;
  return object;
}

bool has_error(const conf::Problems& problems) {
  return std::ranges::any_of(
      problems, [](const conf::Problem& one) { return one.severity == conf::Severity::error; });
}

}  // namespace

net::awaitable<Response> list_routers(ApiParts& parts, Call /*call*/) {
  json::array routers;
  for (const auto& one : parts.registry.routers()) routers.push_back(to_json(one));
  json::object object;
  object["routers"] = std::move(routers);
  co_return json_reply(200, object);
}

net::awaitable<Response> show_config(ApiParts& parts, Call /*call*/) {
  co_return json_reply(200, object_of(parts, parts.doors.config()));
}

net::awaitable<Response> show_state(ApiParts& parts, Call /*call*/) {
  co_return json_reply(200, state_view(parts.registry, parts.doors.state, Clock::now()));
}

net::awaitable<Response> reload(ApiParts& parts, Call call) {
  struct Reloading {
    Condition done;
    std::optional<ConfigStatus> status;
  };
  // Shared: the answer may come when this frame is gone.
  const auto reloading = std::make_shared<Reloading>();
  log::info("admin: {} asked for a reload of the configuration", call.request.peer);
  std::function<void(ConfigStatus)> finish = [reloading](ConfigStatus status) {
    reloading->status = std::move(status);
    reloading->done.notify();
  };
  parts.doors.reload(std::move(finish));
  std::function<bool()> is_done = [reloading] { return reloading->status.has_value(); };
  const auto departure = call.request.departure;
  const Waited waited =
      co_await reloading->done.until(std::move(is_done), departure, Condition::kNever);
  if (waited != Waited::met) co_return problem_reply(503, "the wait was ended; the reload goes on");
  if (!has_error(reloading->status->problems)) {
    co_return json_reply(200, object_of(parts, *reloading->status));
  }
  // A script must notice (curl -f), though everything that is good in the files is served.
  Response response = problem_reply(
      422, "some of the configuration is broken; its last good version is served instead");
  json::object problem = json::parse(response.body).as_object();
  for (auto& [key, value] : object_of(parts, *reloading->status)) problem[key] = value;
  response.body = to_text(problem);
  co_return response;
}

}  // namespace gapura::admin
