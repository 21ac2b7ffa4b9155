#include "app/demo_target.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <thread>
#include <utility>

#include "base/async/as_result.h"

namespace gapura::app {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

Response answer_to(const Request& request, const std::string& name) {
  Response response(http::status::ok, request.version());
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.body() = name + " answers " + std::string(request.method_string()) + " " +
                    std::string(request.target()) + "\n";
  if (!request.body().empty()) response.body() += request.body() + "\n";
  response.keep_alive(request.keep_alive());
  response.prepare_payload();
  return response;
}

}  // namespace

struct DemoTarget::Service {
  Service(const std::string& name_, Milliseconds delay_)
      : name(name_),
        delay(delay_),
        acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    asio::co_spawn(loop, accept(), asio::detached);
    thread = std::thread([this] { loop.run(); });
  }
  ~Service() {
    loop.stop();
    thread.join();
  }

  asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(as_result);
      if (error == asio::error::operation_aborted) co_return;
      if (!error) asio::co_spawn(loop, serve(std::move(socket)), asio::detached);
    }
  }
  asio::awaitable<void> serve(tcp::socket socket) {
    boost::beast::flat_buffer buffer;
    asio::steady_timer timer(loop);
    for (;;) {
      Request request;
      const auto [read_error, read] = co_await http::async_read(socket, buffer, request, as_result);
      if (read_error) co_return;
      timer.expires_after(delay);
      co_await timer.async_wait(asio::use_awaitable);
      const Response response = answer_to(request, name);
      const auto [write_error, written] = co_await http::async_write(socket, response, as_result);
      if (write_error || !response.keep_alive()) co_return;
    }
  }

  const std::string& name;
  const Milliseconds delay;
  asio::io_context loop{1};
  tcp::acceptor acceptor;
  std::thread thread;
};

DemoTarget::DemoTarget(std::string name, Milliseconds delay)
    : name_(std::move(name)), delay_(delay), service_(std::make_unique<Service>(name_, delay_)) {}

DemoTarget::~DemoTarget() = default;

std::uint16_t DemoTarget::port() const noexcept {
  boost::system::error_code ignored;
  return service_->acceptor.local_endpoint(ignored).port();
}

}  // namespace gapura::app
