#include "app/cli/waiting.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <exception>
#include <utility>

#include "app/cli/text.h"
#include "base/async/as_result.h"

namespace gapura::app::cli {
namespace {

namespace net = boost::asio;
constexpr Milliseconds kLookEvery{250};

double seconds_since(TimePoint begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// The line that is written over itself, on standard error; nothing where that is no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(const Screen& screen) : screen_(screen) {}
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() {
    if (is_shown_) std::fputs("\r\x1b[K", stderr);
  }

  void show(const std::string& text) {
    if (!screen_.is_terminal) return;
    const std::string line = text + ", " + lasting(seconds_since(began_));
    const std::size_t columns = screen_.columns == 0 ? 80 : screen_.columns;
    std::fprintf(stderr, "\r%s\x1b[K", cut(visible(line), columns - 1).c_str());
    is_shown_ = true;
  }

 private:
  const Screen& screen_;
  const TimePoint began_ = Clock::now();
  bool is_shown_ = false;
};

/// Looks again and again, until it is over or `is_enough`.
net::awaitable<Reply> look(const Remote& remote, std::string path, const Judge& judge,
                           ProgressLine& line, const bool& is_enough) {
  const auto loop = co_await net::this_coro::executor;
  net::steady_timer timer(loop);
  for (;;) {
    Call call;
    call.path = path;
    Reply reply = co_await remote.ask(std::move(call));
    const Progress progress = judge(reply);
    if (is_enough || progress.is_over) co_return reply;
    line.show(progress.line);
    timer.expires_after(kLookEvery);
    co_await timer.async_wait(as_result);
    if (is_enough) co_return reply;
  }
}

}  // namespace

Reply call_with_progress(Session& session, Call call, const std::string& path, const Judge& judge) {
  const Remote& remote = session.remote();
  ProgressLine line(session.errors());
  net::io_context loop;
  std::optional<Reply> reply;
  bool is_answered = false;
  net::co_spawn(loop, remote.ask(std::move(call)),
                [&](const std::exception_ptr& failed, Reply got) {
                  is_answered = true;
                  if (failed) std::rethrow_exception(failed);
                  reply = std::move(got);
                  loop.stop();
                });
  if (session.errors().is_terminal) {
    // Only for the eyes: when looking fails, the call's own answer says why.
    net::co_spawn(loop, look(remote, path, judge, line, is_answered),
                  [](const std::exception_ptr&, const Reply&) {});
  }
  loop.run();
  return *std::move(reply);
}

Reply wait_until(Session& session, const std::string& path, std::optional<Milliseconds> timeout,
                 const Judge& judge) {
  ProgressLine line(session.errors());
  net::io_context loop;
  std::optional<Reply> reply;
  const bool is_enough = false;
  net::co_spawn(loop, look(session.remote(), path, judge, line, is_enough),
                [&](const std::exception_ptr& failed, Reply got) {
                  if (failed) std::rethrow_exception(failed);
                  reply = std::move(got);
                });
  if (timeout) {
    loop.run_for(*timeout);
  } else {
    loop.run();
  }
  if (!reply) {
    throw Stop{ExitCode::timed_out, "not within " +
                                        lasting(static_cast<double>(timeout->count()) / 1'000) +
                                        "; what was asked for goes on"};
  }
  return *std::move(reply);
}

}  // namespace gapura::app::cli
