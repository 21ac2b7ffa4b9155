#include "admin/rest/process.h"

#include <boost/json.hpp>

#include "admin/awaited.h"
#include "admin/body.h"
#include "admin/openapi.h"
#include "admin/problem_reply.h"
#include "admin/rest/entity_tag.h"
#include "admin/rest/parts.h"
#include "admin/rest/reply.h"
#include "base/log.h"

namespace gapura::admin {
namespace net = boost::asio;
namespace json = boost::json;

namespace {

Response log_reply(const Request& request) {
  json::object object;
  object["level"] = log::level();
  Response response = json_reply(200, object);
  set_tag(response, request, tag_of(log::level()));
  return response;
}

}  // namespace

net::awaitable<Response> show_events(ApiParts& parts, Call call) {
  co_return parts.events.answer(call.request, call.query);
}

net::awaitable<Response> explain_request(ApiParts& parts, Call call) {
  co_return explain(parts.registry, parts.settings.explain, call.body);
}

net::awaitable<Response> show_version(ApiParts& parts, Call /*call*/) {
  json::object version;
  version["version"] = parts.settings.software_version;
  co_return json_reply(200, version);
}

net::awaitable<Response> show_openapi(ApiParts& /*parts*/, Call /*call*/) {
  Response response;
  response.body = openapi_text();
  co_return response;
}

net::awaitable<Response> list_entry_points(ApiParts& parts, Call /*call*/) {
  json::array list;
  if (parts.doors.entry_points) {
    for (const EntryPointStatus& one : parts.doors.entry_points()) {
      list.push_back({{"name", one.name}, {"address", one.address}});
    }
  }
  json::object object;
  object["entryPoints"] = std::move(list);
  co_return json_reply(200, object);
}

net::awaitable<Response> list_workers(ApiParts& parts, Call /*call*/) {
  json::array list;
  for (const Version version : parts.registry.adopted()) {
    list.push_back({{"worker", list.size()}, {"adoptedVersion", index(version)}});
  }
  json::object object;
  object["version"] = index(parts.registry.version());
  object["workers"] = std::move(list);
  co_return json_reply(200, object);
}

net::awaitable<Response> show_log(ApiParts& /*parts*/, Call call) {
  co_return log_reply(call.request);
}

net::awaitable<Response> put_log(ApiParts& /*parts*/, Call call) {
  const auto read = read_log_level(call.body);
  if (auto refusal = refusal_of(read)) co_return *std::move(refusal);
  const auto refusal = condition_failure(call.request, tag_of(log::level()));
  if (refusal) co_return problem_reply(412, refusal->message);
  const auto& level = std::get<std::string>(read);
  log::set_level(level);
  log::warn("admin: {} set the log's level to {}", call.request.peer, level);
  co_return log_reply(call.request);
}

net::awaitable<Response> rotate_token(ApiParts& parts, Call call) {
  if (!parts.doors.rotate_token) {
    co_return problem_reply(409, "there is no token: only the Unix socket leads here");
  }
  auto rotating = awaited<NewToken>(parts.doors.rotate_token);
  const NewToken made = co_await std::move(rotating);
  if (made.error) co_return not_saved(made.error);
  log::warn("admin: {} changed the admin token in {}", call.request.peer, made.file.string());
  json::object object;
  object["token"] = made.text;
  object["file"] = made.file.string();
  object["isDigest"] = made.is_digest;
  co_return json_reply(200, object);
}

}  // namespace gapura::admin
