#include "autoscale/net/connection.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <utility>

#include "base/async/as_result.h"
#include "base/net/unix_socket.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;

}  // namespace

void Connection::limit(Milliseconds left) {
  deadline_.expires_after(left);
  deadline_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self && !error) self->cut();
  });
}

void Connection::cut() {
  is_late_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  looked_up_.cancel();
}

net::awaitable<std::string> Connection::look_up(std::string host, std::uint16_t port) {
  is_looking_up_ = true;
  now("looking up the name " + host);
  looked_up_.expires_at(net::steady_timer::time_point::max());
  auto done = [weak = weak_from_this()](const std::string& error,
                                        const std::vector<Endpoint>& found) {
    const auto self = weak.lock();
    if (!self) return;
    self->is_looking_up_ = false;
    self->lookup_error_ = error;
    self->found_ = found;
    self->looked_up_.cancel();
  };
  lookups_.start(host, port, std::move(done));
  co_await looked_up_.async_wait(as_result);
  if (is_looking_up_) co_return "the lookup of the name " + host + " was cut short";
  if (is_late_) co_return "the lookup of the name " + host + " took too long";
  if (lookup_error_.empty()) co_return std::string();
  co_return "the name " + host + " cannot be looked up: " + lookup_error_;
}

net::awaitable<std::string> Connection::try_one(Socket::endpoint_type endpoint) {
  boost::system::error_code ignored;
  socket_.close(ignored);
  const auto [failed] = co_await socket_.async_connect(endpoint, as_result);
  co_return failed ? failed.message() : std::string();
}

net::awaitable<std::string> Connection::connect(std::string host, std::uint16_t port) {
  if (const auto literal = Endpoint::parse(host, port)) {
    found_ = {*literal};
  } else {
    std::string failed = co_await look_up(std::move(host), port);
    if (!failed.empty()) co_return failed;
  }
  now("connecting");
  std::string failed;
  for (const Endpoint& one : found_) {
    const Socket::endpoint_type endpoint(one.data(), one.size());
    failed = co_await try_one(endpoint);
    if (failed.empty()) co_return failed;
    failed = "cannot connect to " + one.to_string() + ": " + failed;
    if (is_late_) break;
  }
  co_return failed;
}

net::awaitable<std::string> Connection::connect(std::filesystem::path unix_socket) {
  if (unix_socket.native().size() > kSocketPathMax) {
    co_return "the path of the socket " + unix_socket.string() + " is too long";
  }
  now("connecting");
  const Socket::endpoint_type endpoint{net::local::stream_protocol::endpoint(unix_socket.string())};
  std::string failed = co_await try_one(endpoint);
  if (!failed.empty()) failed = "cannot connect to " + unix_socket.string() + ": " + failed;
  co_return failed;
}

}  // namespace gapura::autoscale
