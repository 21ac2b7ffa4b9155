// gapura events: what has happened, and what happens.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <memory>
#include <utility>

#include "app/cli/event_line.h"
#include "app/cli/event_stream.h"
#include "app/cli/json_view.h"
#include "app/cli/session.h"
#include "app/cli/verbs.h"
#include "base/async/as_result.h"

namespace gapura::app::cli {
namespace {

namespace net = boost::asio;
namespace json = boost::json;
constexpr Milliseconds kComeBackAfter{1'000};

[[noreturn]] void not_offered() {
  throw Stop{ExitCode::failed, "this server does not offer events: it is older than this command"};
}

void show_past(Session& session) {
  Call call;
  call.path = kEventsPath;
  const Reply reply = session.remote().ask_now(std::move(call));
  if (reply.status == 404) not_offered();
  session.require_good(reply);
  if (session.print_json(reply)) return;
  const auto& events =
      reply.body.is_array() ? reply.body.get_array() : list_in(reply.body, "events");
  if (events.empty()) print("nothing has happened yet\n");
  for (const json::value& one : events) print(event_line(one, session.output()) + "\n");
}

/// One event as it came: as a line for people, or its JSON on a line of its own.
void show_one(const Session& session, const ServerEvent& event) {
  if (event.kind == "stats") return;
  if (session.is_json()) return print(event.data + "\n");
  boost::system::error_code failed;
  const json::value value = json::parse(event.data, failed);
  if (!failed && !text_in(value, "kind").empty()) {
    print(event_line(value, session.output()) + "\n");
  }
}

/// Until the connection cannot be had at all; one that was lost is made again.
net::awaitable<void> follow(Session& session) {
  const auto loop = co_await net::this_coro::executor;
  net::steady_timer pause(loop);
  EventStream stream([&session](const ServerEvent& event) { show_one(session, event); });
  const Remote& remote = session.remote();
  bool was_connected = false, is_connected = false;
  std::function<void(std::string_view)> feed = [&](std::string_view piece) {
    was_connected = is_connected = true;
    stream.feed(piece);
  };
  for (;;) {
    try {
      std::string last = stream.last_id();
      const Reply reply = co_await remote.listen(kEventsPath, std::move(last), feed);
      if (reply.status == 404) not_offered();
      session.require_good(reply);
    } catch (const Stop& stop) {
      if (!was_connected || stop.code != ExitCode::unreachable) throw;
    }
    if (std::exchange(is_connected, false)) {
      std::fputs("gapura: the connection was lost; trying again\n", stderr);
    }
    stream.reset();
    pause.expires_after(kComeBackAfter);
    co_await pause.async_wait(as_result);
  }
}

void show_coming(Session& session) {
  net::io_context loop;
  net::co_spawn(loop, follow(session), [](const std::exception_ptr& failed) {
    if (failed) std::rethrow_exception(failed);
  });
  loop.run();
}

}  // namespace

void add_event_verb(CLI::App& app, ClientOptions& out) {
  const auto is_following = std::make_shared<bool>(false);
  add_verb(app, out, "events", "what has happened", [is_following](Session& session) {
    *is_following ? show_coming(session) : show_past(session);
  })->add_flag("-f,--follow", *is_following, "what happens from now on, until Ctrl-C");
}

}  // namespace gapura::app::cli
