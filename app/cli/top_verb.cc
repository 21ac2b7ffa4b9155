// gapura top: services and targets, live.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>
#include <csignal>

#include "app/cli/event_stream.h"
#include "app/cli/json_view.h"
#include "app/cli/session.h"
#include "app/cli/terminal.h"
#include "app/cli/top_view.h"
#include "app/cli/verbs.h"
#include "base/async/as_result.h"

namespace gapura::app::cli {
namespace {

namespace net = boost::asio;
namespace json = boost::json;
constexpr Milliseconds kEvery{1'000};
constexpr Milliseconds kSnapshotPatience{3'000};  // stats come once a second

/// Whoever asks first gets stats without rates: there is no span yet that they could be of.
bool has_rates(const json::value& stats) {
  return std::ranges::any_of(list_in(stats, "services"), [](const json::value& one) {
    return number_in(one, "requestsPerSecond").has_value();
  });
}

/// What runs at once: asking for the services, listening to events, keys and signals. All on one
/// loop; whatever is thrown ends it, and run() with it.
class Top {
 public:
  explicit Top(Session& session, const Environment& environment)
      : session_(session),
        environment_(environment),
        remote_(session.remote()),
        screen_(session.output()),
        stream_([this](const ServerEvent& event) { take(event); }) {}

  /// Until q or a signal.
  void run() {
    model_.take_services(
        session_.get("/api/v1/services").body);  // fails before the screen is taken
    look_back();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH}) signals_.add(signal);
    wait_for_signal();
    const Terminal terminal;
    start(poll());
    start(listen());
    start(read_keys());
    draw();
    loop_.run();
  }

  /// Once, without a terminal.
  void snapshot() {
    const Reply reply = session_.get("/api/v1/services");
    if (session_.print_json(reply)) return;
    model_.take_services(reply.body);
    look_back();
    is_snapshot_ = true;
    start(listen());
    loop_.run_for(kSnapshotPatience);
    for (const std::string& line : top_lines(model_, remote_.place().name, screen_)) {
      print(line + "\n");
    }
  }

 private:
  void start(net::awaitable<void> task) {
    net::co_spawn(loop_, std::move(task), [](const std::exception_ptr& failed) {
      if (failed) std::rethrow_exception(failed);
    });
  }

  /// What has happened already, where the server tells it.
  void look_back() {
    Call call;
    call.path = kEventsPath;
    const Reply reply = remote_.ask_now(std::move(call));
    if (!reply.is_good()) return;
    for (const json::value& one : list_in(reply.body, "events")) model_.take_event(one);
    stream_.begin_after(text_in(reply.body, "next"));
  }

  void draw() {
    std::string frame = "\x1b[H";
    const auto lines = top_lines(model_, remote_.place().name, screen_);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      frame += (i == 0 ? "" : "\n") + lines[i] + "\x1b[K";
    }
    print(frame + "\x1b[J");
  }

  void take(const ServerEvent& event) {
    boost::system::error_code failed;
    json::value value = json::parse(event.data, failed);
    if (failed || !value.is_object()) return;
    if (event.kind == "stats") {
      model_.take_stats(value);
      if (is_snapshot_ && has_rates(value)) loop_.stop();
    } else if (!text_in(value, "kind").empty()) {
      model_.take_event(std::move(value));
    }
  }

  net::awaitable<void> poll() {
    net::steady_timer timer(loop_);
    for (;;) {
      timer.expires_after(kEvery);
      co_await timer.async_wait(as_result);
      co_await look();
      draw();
    }
  }

  net::awaitable<void> look() {
    try {
      Call call;
      call.path = "/api/v1/services";
      const Reply reply = co_await remote_.ask(std::move(call));
      remote_.require_good(reply);
      model_.take_services(reply.body);
    } catch (const Stop& stop) {
      model_.set_fault(stop.message.substr(0, stop.message.find('\n')));
    }
  }

  /// Until the server says that it has no events; a lost connection is made again.
  net::awaitable<void> listen() {
    net::steady_timer timer(loop_);
    std::function<void(std::string_view)> feed = [this](std::string_view piece) {
      stream_.feed(piece);
    };
    for (;;) {
      try {
        std::string last = stream_.last_id();
        const Reply reply = co_await remote_.listen(kEventsPath, std::move(last), feed);
        if (!reply.is_good()) co_return;
      } catch (const Stop&) {
        // look() says that nobody answers.
      }
      if (is_snapshot_) co_return;
      stream_.reset();
      model_.take_stats(nullptr);
      timer.expires_after(kEvery);
      co_await timer.async_wait(as_result);
    }
  }

  net::awaitable<void> read_keys() {
    net::posix::stream_descriptor keys(loop_, Terminal::keys_descriptor());
    const auto readable = net::posix::stream_descriptor::wait_read;
    std::array<char, 64> buffer{};
    for (;;) {
      const auto [failed] = co_await keys.async_wait(readable, as_result);
      const ssize_t size = failed ? -1 : ::read(0, buffer.data(), buffer.size());
      if (size <= 0) co_return loop_.stop();  // the terminal is gone
      std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
      while (const auto key = take_key(bytes)) {
        if (*key == Key::quit) co_return loop_.stop();
        if (auto wish = model_.press(*key, table_rows(model_, screen_))) start(fulfil(*wish));
      }
      draw();
    }
  }

  net::awaitable<void> fulfil(TopModel::Wish wish) {
    try {
      Call call;
      call.method = wish.is_drain ? "POST" : "DELETE";
      call.path = path_of({"services", wish.service, "targets", wish.target, "drain"});
      const Reply reply = co_await remote_.ask(std::move(call));
      remote_.require_good(reply);
      model_.say(wish.target + (wish.is_drain ? " drains" : " serves again"));
    } catch (const Stop& stop) {
      model_.say(stop.message);
    }
    co_await look();
    draw();
  }

  void wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code error, int signal) {
      if (error) return;
      if (signal != SIGWINCH) return loop_.stop();
      screen_ = Screen::of(1, environment_);
      draw();
      wait_for_signal();
    });
  }

  Session& session_;
  const Environment& environment_;
  const Remote& remote_;
  Screen screen_;
  net::io_context loop_{1};
  net::signal_set signals_{loop_};
  EventStream stream_;
  TopModel model_;
  bool is_snapshot_ = false;
};

void top(Session& session) {
  const Environment environment = process_environment();
  Top view(session, environment);
  if (Terminal::is_there() && !session.is_json()) return view.run();
  view.snapshot();
}

}  // namespace

void add_top_verb(CLI::App& app, ClientOptions& out) {
  add_verb(app, out, "top", "services and targets, live; once where the output is no terminal",
           top);
}

}  // namespace gapura::app::cli
