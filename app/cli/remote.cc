#include "app/cli/remote.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "admin/location.h"
#include "app/cli/json_view.h"
#include "autoscale/net/http_client.h"

namespace gapura::app::cli {
namespace {

namespace net = boost::asio;

autoscale::HttpCall http_of(const Place& place, Call call) {
  autoscale::HttpCall http;
  http.method = std::move(call.method);
  http.url = place.url + call.path;
  http.unix_socket = place.unix_socket;
  http.body = std::move(call.body);
  http.timeout = call.timeout;
  if (!http.body.empty()) http.headers.emplace_back("Content-Type", "application/json");
  const bool needs_token = place.unix_socket.empty();
  if (needs_token && !place.token.empty())
    http.headers.emplace_back("Authorization", "Bearer " + place.token);
  return http;
}

Stop unreachable(const Place& place, const std::string& why) {
  return {ExitCode::unreachable,
          why + "\nTried " + place.name + " (from " + place.found_by +
              "). Is Gapura running? Its start-up log says where its admin API is; name that with "
              "--admin URL,\nor its configuration with --configFile FILE."};
}

Reply reply_of(const Place& place, autoscale::HttpOutcome outcome) {
  if (const auto* why = std::get_if<std::string>(&outcome)) throw unreachable(place, *why);
  auto& answer = std::get<autoscale::HttpAnswer>(outcome);
  Reply reply;
  reply.status = answer.status;
  boost::system::error_code failed;
  reply.body = boost::json::parse(answer.body, failed);
  if (failed) reply.body = nullptr;
  reply.text = std::move(answer.body);
  return reply;
}

ExitCode code_of(unsigned status) noexcept {
  if (status == 404) return ExitCode::not_found;
  return status == 504 ? ExitCode::timed_out : ExitCode::failed;
}

}  // namespace

std::string path_of(std::initializer_list<std::string_view> parts) {
  std::string path = "/api/v1";
  for (const std::string_view part : parts) path += "/" + admin::percent_encode(part);
  return path;
}

std::string explained(const Reply& reply) {
  std::string text = text_in(reply.body, "detail");
  if (text.empty()) text = text_in(reply.body, "title");
  if (text.empty()) text = "the server answered " + std::to_string(reply.status);
  for (const auto& one : list_in(reply.body, "errors")) {
    const std::string message = text_in(one, "message");
    if (!message.empty() && message != text)
      text += "\n  " + text_in(one, "field") + ": " + message;
  }
  return text;
}

net::awaitable<Reply> Remote::ask(Call call) const {
  autoscale::HttpCall http = http_of(place_, std::move(call));
  autoscale::HttpOutcome outcome = co_await autoscale::http_call(std::move(http));
  co_return reply_of(place_, std::move(outcome));
}

Reply Remote::ask_now(Call call) const {
  net::io_context loop;
  std::optional<Reply> reply;
  net::co_spawn(loop, ask(std::move(call)), [&](const std::exception_ptr& failed, Reply got) {
    if (failed) std::rethrow_exception(failed);
    reply = std::move(got);
  });
  loop.run();
  return *std::move(reply);
}

net::awaitable<Reply> Remote::listen(std::string path, std::string last_event_id,
                                     std::function<void(std::string_view)> on_piece) const {
  Call call;
  call.path = std::move(path);
  autoscale::HttpCall http = http_of(place_, std::move(call));
  http.headers.emplace_back("Accept", "text/event-stream");
  if (!last_event_id.empty()) http.headers.emplace_back("Last-Event-ID", std::move(last_event_id));
  http.on_piece = std::move(on_piece);
  autoscale::HttpOutcome outcome = co_await autoscale::http_call(std::move(http));
  co_return reply_of(place_, std::move(outcome));
}

void Remote::require_good(const Reply& reply) const {
  if (reply.is_good()) return;
  std::string message = explained(reply);
  if (reply.status == 401) {
    message =
        "the server at " + place_.name + " wants a token" +
        (place_.token.empty() ? "" : ", and not this one") + "; " +
        (place_.token_advice.empty() ? std::string("give --token-file FILE, or set GAPURA_TOKEN")
                                     : place_.token_advice);
  }
  throw Stop{code_of(reply.status), std::move(message)};
}

}  // namespace gapura::app::cli
