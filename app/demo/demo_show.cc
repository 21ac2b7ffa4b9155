#include "app/demo/demo_show.h"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <utility>
#include <variant>

#include "app/atomic_file.h"
#include "app/demo/demo_view.h"
#include "autoscale/net/http_client.h"
#include "base/ascii.h"
#include "base/async/as_result.h"

namespace gapura::app {
namespace {

namespace asio = boost::asio;

constexpr Milliseconds kLook{250};
constexpr Milliseconds kLine{1'000};
/// How much longer than asked for it may take until the targets are as few as in the beginning: on
/// a busy machine all of it takes its time.
constexpr Milliseconds kLonger{180'000};

void print_line(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

Milliseconds since(TimePoint begun) {
  return std::chrono::duration_cast<Milliseconds>(Clock::now() - begun);
}

}  // namespace

DemoShow::DemoShow(DemoPlaces places, const DemoOptions& options, std::function<void()> over)
    : places_(std::move(places)),
      options_(options),
      over_(std::move(over)),
      load_(loop_, places_.web_port) {
  read_whole(places_.token_file(), token_);
  token_ = std::string(trim_ows(token_.substr(0, token_.find('\n'))));
  asio::co_spawn(loop_, run(), [this](const std::exception_ptr& error) {
    if (error) print_line("The demo broke off.");
    load_.stop();
    over_();
  });
  thread_ = std::thread([this] { loop_.run(); });
}

DemoShow::~DemoShow() {
  thread_.join();
}

void DemoShow::request_stop() {
  asio::post(loop_, [this] {
    is_stopping_ = true;
    timer_.cancel();
  });
}

asio::awaitable<void> DemoShow::run() {
  co_await wait_for_target();
  co_await play();
  if (options_.is_once || is_stopping_) co_return;
  print_line(demo_exercises(places_));
  while (!is_stopping_) {
    co_await look();
    co_await pause(kLook);
  }
}

/// Without it the first users would be told that there is none.
asio::awaitable<void> DemoShow::wait_for_target() {
  const TimePoint begun = Clock::now();
  while (!has_target_ && !is_stopping_ && since(begun) < kLonger) {
    co_await look();
    co_await pause(kLook);
  }
}

/// Until the load has risen and fallen, and the targets have followed it.
asio::awaitable<void> DemoShow::play() {
  const TimePoint begun = Clock::now();
  const Milliseconds length = std::chrono::seconds(options_.seconds);
  Milliseconds next_line{0};
  Milliseconds held{0};
  load_.start();
  story_.begin();
  for (;;) {
    const Milliseconds elapsed = since(begun);
    Milliseconds played = elapsed - held;
    // The users stay until more targets are wanted, however short the demo is to be.
    if (story_.ups() == 0 && elapsed < kLonger) played = std::min(played, length * 35 / 100);
    held = elapsed - played;
    const bool is_over = played >= length && (is_calm_ || played >= length + kLonger);
    if (is_stopping_ || is_over) break;
    const double share = static_cast<double>(played.count()) / static_cast<double>(length.count());
    const std::uint32_t users = demo_users(share);
    load_.set_users(users);
    co_await look();
    if (elapsed >= next_line) {
      print_line(story_.line(elapsed, users, load_.figures(Clock::now())));
      next_line += kLine;
    }
    co_await pause(kLook);
  }
  const Milliseconds elapsed = since(begun);
  co_await end_load();
  close(elapsed);
}

asio::awaitable<void> DemoShow::look() {
  const std::string path = std::string("/api/v1/services/") + kDemoService;
  auto asking_scaler = ask(path + "/autoscale");
  const std::string autoscale = co_await std::move(asking_scaler);
  auto asking_service = ask(path);
  const std::string service = co_await std::move(asking_service);
  const auto view = read_view(autoscale, service);
  if (!view) co_return;
  for (const std::string& line : story_.news(*view)) print_line(line);
  has_target_ = view->count("serves") > 0;
  is_calm_ = view->wanted <= 1 && view->phases.size() <= 1;
}

/// The answer's text; empty when there is none: the next look will have one.
asio::awaitable<std::string> DemoShow::ask(std::string path) {
  autoscale::HttpCall call;
  call.url = places_.admin_url() + path;
  call.headers = {{"Authorization", "Bearer " + token_}};
  call.timeout = Milliseconds(5'000);
  auto calling = autoscale::http_call(std::move(call));
  const auto outcome = co_await std::move(calling);
  const auto* answer = std::get_if<autoscale::HttpAnswer>(&outcome);
  co_return answer == nullptr || answer->status != 200 ? std::string() : answer->body;
}

asio::awaitable<void> DemoShow::pause(Milliseconds time) {
  if (is_stopping_) co_return;
  timer_.expires_after(time);
  co_await timer_.async_wait(as_result);
}

asio::awaitable<void> DemoShow::end_load() {
  load_.stop();
  while (!load_.has_ended()) {
    timer_.expires_after(kLook);
    co_await timer_.async_wait(as_result);
  }
}

void DemoShow::close(Milliseconds elapsed) {
  const LoadFigures load = load_.figures(Clock::now());
  print_line("\n" + story_.closing(elapsed, load));
  if (load.failed > 0) print_line("The first failure: " + load.first_failure);
  const bool has_moved = story_.ups() > 0 && story_.downs() > 0;
  if (!has_moved && !is_stopping_) print_line("The size did not go up and down as it should have.");
  is_good_ = load.failed == 0 && (has_moved || is_stopping_);
}

}  // namespace gapura::app
