#include "app/demo/demo_service.h"

#include <sys/prctl.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "app/demo/calculation.h"
#include "base/async/as_result.h"
#include "base/clock.h"

namespace gapura::app {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;
using asio::ip::tcp;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr std::size_t kAtOnce = 2;
constexpr Milliseconds kBoot{2'000};

std::chrono::nanoseconds cpu_time() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

/// Sleeps four times as long as was worked: five such services fit on two cores, and the one that
/// has too much to do is slow, not the machine.
std::string calculated_slowly(std::uint32_t number) {
  auto before = cpu_time();
  return calculated(number, [&before] {
    std::this_thread::sleep_for(4 * (cpu_time() - before));
    before = cpu_time();
  });
}

std::optional<std::uint32_t> number_in(const std::string& body) {
  boost::system::error_code failed;
  const json::value value = json::parse(body, failed);
  if (failed || !value.is_object()) return std::nullopt;
  const json::value* number = value.get_object().if_contains("number");
  if (number == nullptr || !number->is_int64()) return std::nullopt;
  const std::int64_t wide = number->get_int64();
  if (wide < 0 || wide > 1'000'000) return std::nullopt;
  return static_cast<std::uint32_t>(wide);
}

std::string own_name() {
  const char* name = std::getenv("GAPURA_INSTANCE");
  return name == nullptr ? "demo-service" : name;
}

json::object problem(const char* text) {
  return {{"error", text}};
}

std::pair<http::status, json::object> result_of(const Request& request) {
  if (request.target() == "/health") return {http::status::ok, {{"status", "well"}}};
  if (request.target() != "/calculate") {
    return {http::status::not_found, problem("there is only POST /calculate")};
  }
  if (request.method() != http::verb::post) {
    return {http::status::method_not_allowed, problem("POST it")};
  }
  const auto number = number_in(request.body());
  if (!number) {
    return {http::status::bad_request,
            problem("send {\"number\": 14}, with a number from 0 to 1000000")};
  }
  return {http::status::ok,
          {{"number", *number}, {"result", calculated_slowly(*number)}, {"by", own_name()}}};
}

Response answer_to(const Request& request) {
  auto [status, body] = result_of(request);
  Response response(status, request.version());
  response.set(http::field::content_type, "application/json");
  response.body() = json::serialize(body) + "\n";
  response.keep_alive(request.keep_alive());
  response.prepare_payload();
  return response;
}

/// On one of the pool's threads, which is busy while it calculates.
asio::awaitable<void> serve(tcp::socket socket) {
  boost::beast::flat_buffer buffer;
  for (;;) {
    Request request;
    const auto [read_error, read] = co_await http::async_read(socket, buffer, request, as_result);
    if (read_error) co_return;
    const Response response = answer_to(request);
    const auto [write_error, written] = co_await http::async_write(socket, response, as_result);
    if (write_error || !response.keep_alive()) co_return;
  }
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(as_result);
    if (error == asio::error::operation_aborted) co_return;
    const auto loop = acceptor.get_executor();
    if (!error) asio::co_spawn(loop, serve(std::move(socket)), asio::detached);
  }
}

}  // namespace

int demo_service(std::uint16_t port) {
  // Should the demo be killed, nobody else would end us.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  std::this_thread::sleep_for(kBoot);
  asio::thread_pool workers(kAtOnce);
  asio::signal_set signals(workers, SIGTERM, SIGINT);
  signals.async_wait([&workers](boost::system::error_code, int) { workers.stop(); });
  tcp::acceptor acceptor(workers, tcp::endpoint(asio::ip::address_v4::loopback(), port));
  asio::co_spawn(workers, accept_all(acceptor), asio::detached);
  workers.join();
  return 0;
}

}  // namespace gapura::app
