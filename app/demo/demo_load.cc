#include "app/demo/demo_load.h"

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "app/demo/calculation.h"
#include "base/async/as_result.h"

namespace gapura::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr Milliseconds kWindow{3'000};
constexpr Milliseconds kThought{100};
constexpr std::chrono::seconds kPatience{30};
constexpr std::uint32_t kFirstNumber = 14;

using Question = http::request<http::string_body>;

Question question_of(std::uint32_t number) {
  Question question(http::verb::post, "/calculate", 11);
  question.set(http::field::host, "localhost");
  question.set(http::field::content_type, "application/json");
  question.body() = "{\"number\": " + std::to_string(number) + "}";
  question.prepare_payload();
  return question;
}

}  // namespace

struct DemoLoad::Users {
  /// One user, with a connection that is kept as long as the user is there.
  struct User {
    User(asio::io_context& loop, std::uint32_t index_)
        : index(index_),
          question(question_of(kFirstNumber + index_)),
          expected(calculated(kFirstNumber + index_)),
          stream(loop),
          timer(loop) {}
    const std::uint32_t index;
    const Question question;
    const std::string expected;
    beast::tcp_stream stream;
    beast::flat_buffer buffer;
    asio::steady_timer timer;
    bool is_connected = false;
  };
  struct Done {
    TimePoint at{};
    Milliseconds took{0};
  };

  Users(asio::io_context& loop_, std::uint16_t port)
      : loop(loop_), server(asio::ip::address_v4::loopback(), port) {
    for (std::uint32_t i = 0; i < kUsersMax; ++i) all.push_back(std::make_unique<User>(loop, i));
  }

  asio::awaitable<void> live(User& user);
  asio::awaitable<std::string> ask(User& user);
  void hang_up(User& user);
  void note(TimePoint begun, std::string failure);

  asio::io_context& loop;
  const asio::ip::tcp::endpoint server;
  std::vector<std::unique_ptr<User>> all;
  std::uint32_t wanted = 0;
  std::size_t living = 0;
  bool is_stopping = false;
  std::deque<Done> recent;
  LoadFigures sums;
};

asio::awaitable<void> DemoLoad::Users::live(User& user) {
  while (!is_stopping) {
    user.timer.expires_after(kThought);
    co_await user.timer.async_wait(as_result);
    if (user.index >= wanted) hang_up(user);
    if (user.index >= wanted || is_stopping) continue;
    const TimePoint begun = Clock::now();
    auto asking = ask(user);
    std::string failure = co_await std::move(asking);
    if (!failure.empty()) hang_up(user);
    note(begun, std::move(failure));
  }
  hang_up(user);
  --living;
}

/// Empty, or what went wrong.
asio::awaitable<std::string> DemoLoad::Users::ask(User& user) {
  user.stream.expires_after(kPatience);
  if (!user.is_connected) {
    const auto [error] = co_await user.stream.async_connect(server, as_result);
    if (error) co_return "cannot connect: " + error.message();
    user.is_connected = true;
  }
  const auto [write_error, sent] =
      co_await http::async_write(user.stream, user.question, as_result);
  if (write_error) co_return "cannot ask: " + write_error.message();
  http::response<http::string_body> answer;
  const auto [read_error, read] =
      co_await http::async_read(user.stream, user.buffer, answer, as_result);
  if (read_error) co_return "no answer: " + read_error.message();
  if (answer.result() != http::status::ok) {
    co_return "status " + std::to_string(answer.result_int()) + ": " + answer.body();
  }
  const bool is_right = answer.body().find('"' + user.expected + '"') != std::string::npos;
  if (!is_right) co_return "a wrong answer: " + answer.body();
  if (!answer.keep_alive()) hang_up(user);
  co_return std::string();
}

void DemoLoad::Users::hang_up(User& user) {
  if (!user.is_connected && !user.stream.socket().is_open()) return;
  user.stream.close();
  user.buffer.clear();
  user.is_connected = false;
}

void DemoLoad::Users::note(TimePoint begun, std::string failure) {
  const TimePoint now = Clock::now();
  ++sums.requests;
  recent.push_back({now, std::chrono::duration_cast<Milliseconds>(now - begun)});
  while (recent.front().at <= now - kWindow) recent.pop_front();
  if (failure.empty()) return;
  ++sums.failed;
  if (sums.first_failure.empty()) sums.first_failure = std::move(failure);
}

DemoLoad::DemoLoad(asio::io_context& loop, std::uint16_t port)
    : users_(std::make_unique<Users>(loop, port)) {}

DemoLoad::~DemoLoad() = default;

void DemoLoad::start() {
  users_->living = users_->all.size();
  for (const auto& user : users_->all) {
    asio::co_spawn(users_->loop, users_->live(*user), asio::detached);
  }
}

void DemoLoad::set_users(std::uint32_t count) {
  users_->wanted = std::min(count, kUsersMax);
}

void DemoLoad::stop() {
  users_->is_stopping = true;
}

bool DemoLoad::has_ended() const {
  return users_->living == 0;
}

LoadFigures DemoLoad::figures(TimePoint now) const {
  LoadFigures figures = users_->sums;
  std::vector<Milliseconds> took;
  for (const Users::Done& one : users_->recent) {
    if (one.at > now - kWindow) took.push_back(one.took);
  }
  if (took.empty()) return figures;
  figures.rate = static_cast<double>(took.size()) / std::chrono::duration<double>(kWindow).count();
  const auto place = took.begin() + static_cast<std::ptrdiff_t>(took.size() * 95 / 100);
  std::ranges::nth_element(took, place);
  figures.p95 = *place;
  return figures;
}

}  // namespace gapura::app
