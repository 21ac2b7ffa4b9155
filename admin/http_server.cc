#include "admin/http_server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <exception>
#include <list>
#include <utility>

#include "admin/http_connection.h"
#include "base/async/as_result.h"
#include "base/log.h"
#include "base/net/endpoint.h"

namespace gapura::admin {
namespace net = boost::asio;

namespace {

constexpr Milliseconds kPauseWithoutDescriptors{100};

HttpConnection::Client client_of(int descriptor, const sockaddr_storage& peer) {
  if (peer.ss_family != AF_UNIX) {
    return {Endpoint::from(reinterpret_cast<const sockaddr*>(&peer)).to_string(), false};
  }
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return {"unix socket", true};
  }
  return {"unix socket, uid " + std::to_string(credentials.uid), true, credentials.uid};
}

/// Which file a path names; two zeros when none.
std::pair<dev_t, ino_t> identity_of(const std::filesystem::path& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return {};
  return {found.st_dev, found.st_ino};
}

/// A connection that throws has met a bug or no memory; the others go on.
void report_end(const std::exception_ptr& failed) {
  if (!failed) return;
  try {
    std::rethrow_exception(failed);
  } catch (const std::exception& error) {
    log::error("a connection to one of Gapura's own listeners failed: {}", error.what());
  }
}

}  // namespace

struct HttpServer::State {
  State(net::io_context& context_, Respond respond_, HttpLimits limits_)
      : context(context_), respond(std::move(respond_)), limits(limits_), listener(context_) {}

  net::io_context& context;
  const Respond respond;
  const HttpLimits limits;
  net::posix::stream_descriptor listener;
  std::list<HttpConnection*> connections;  ///< they live in their coroutines
  std::filesystem::path socket_file;
  std::pair<dev_t, ino_t> socket_identity{};
  bool is_stopping = false;
  bool was_full = false;

  std::optional<ListenFailure> take(Listening listening) {
    if (auto* failed = std::get_if<ListenFailure>(&listening)) return std::move(*failed);
    listener.assign(std::get<int>(listening));
    return std::nullopt;
  }

  void stop() {
    if (std::exchange(is_stopping, true)) return;
    boost::system::error_code ignored;
    listener.close(ignored);
    // Only our own file: another process may have put one in its place.
    if (!socket_file.empty() && identity_of(socket_file) == socket_identity) {
      unlink(socket_file.c_str());
    }
    for (HttpConnection* one : connections) one->stop();
  }

  bool is_full() {
    const bool is = connections.size() >= limits.connections_max;
    if (is && !was_full) {
      log::warn("one of Gapura's own listeners has {} connections: closing further ones",
                connections.size());
    }
    was_full = is;
    return is;
  }

  static net::awaitable<void> serve(std::shared_ptr<State> self, HttpConnection::Socket socket,
                                    HttpConnection::Client client);
  static net::awaitable<void> accept(std::shared_ptr<State> self);
  static int accept_one(const std::shared_ptr<State>& self);
};

net::awaitable<void> HttpServer::State::serve(std::shared_ptr<State> self,
                                              HttpConnection::Socket socket,
                                              HttpConnection::Client client) {
  HttpConnection connection(std::move(socket), std::move(client), self->limits, self->respond);
  /// Unlinks on every way out, the destruction of a waiting frame included.
  struct Place {
    State& state;
    std::list<HttpConnection*>::iterator place;
    ~Place() { state.connections.erase(place); }
  };
  const auto end = self->connections.end();
  const Place place{*self, self->connections.insert(end, &connection)};
  co_await connection.run();
}

/// Accepts one connection; errno when there is none.
int HttpServer::State::accept_one(const std::shared_ptr<State>& self) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  const int descriptor = accept4(self->listener.native_handle(), reinterpret_cast<sockaddr*>(&peer),
                                 &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) return errno;
  if (self->is_full()) {
    close(descriptor);
    return 0;
  }
  HttpConnection::Socket socket(self->context);
  const int protocol = peer.ss_family == AF_UNIX ? 0 : IPPROTO_TCP;
  boost::system::error_code failed;
  socket.assign(net::generic::stream_protocol(peer.ss_family, protocol), descriptor, failed);
  if (failed) {
    close(descriptor);
    return ENOMEM;  // the kernel has no room to watch it: after a pause it may
  }
  auto client = client_of(descriptor, peer);
  net::co_spawn(self->context, serve(self, std::move(socket), std::move(client)), report_end);
  return 0;
}

net::awaitable<void> HttpServer::State::accept(std::shared_ptr<State> self) {
  net::steady_timer pause(self->context);
  while (!self->is_stopping) {
    constexpr auto kReadable = net::posix::stream_descriptor::wait_read;
    const auto [failed] = co_await self->listener.async_wait(kReadable, as_result);
    if (failed || self->is_stopping) co_return;
    int error = 0;
    while (error == 0) error = accept_one(self);
    const bool has_no_room =
        error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
    if (!has_no_room) continue;
    // The connection stays in the queue: without a pause this would spin.
    pause.expires_after(kPauseWithoutDescriptors);
    co_await pause.async_wait(as_result);
  }
}

HttpServer::HttpServer(net::io_context& context, Respond respond, HttpLimits limits)
    : state_(std::make_shared<State>(context, std::move(respond), limits)) {}

HttpServer::~HttpServer() {
  state_->stop();
  for (HttpConnection* one : state_->connections) one->close();
}

std::optional<ListenFailure> HttpServer::listen(const conf::ListenAddress& address) {
  return state_->take(listen_on(address));
}

std::optional<ListenFailure> HttpServer::listen(const std::filesystem::path& socket_file) {
  if (auto failed = state_->take(listen_on(socket_file))) return failed;
  state_->socket_file = socket_file;
  state_->socket_identity = identity_of(socket_file);
  return std::nullopt;
}

void HttpServer::start() {
  net::co_spawn(state_->context, State::accept(state_), report_end);
}

void HttpServer::stop() {
  state_->stop();
}

std::uint16_t HttpServer::port() const noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  auto& listener = state_->listener;
  if (!listener.is_open()) return 0;
  auto* filled = reinterpret_cast<sockaddr*>(&address);
  if (getsockname(listener.native_handle(), filled, &size) != 0) return 0;
  if (address.ss_family == AF_UNIX) return 0;
  return Endpoint::from(filled).port();
}

std::size_t HttpServer::connections() const noexcept {
  return state_->connections.size();
}

}  // namespace gapura::admin
