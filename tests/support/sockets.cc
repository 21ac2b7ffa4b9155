#include "tests/support/sockets.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"

namespace gapura::test {
namespace {

sockaddr_in loopback(std::uint16_t port, std::uint8_t host = 1) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host);
  return address;
}

Fd bound_to_loopback(std::uint16_t port, std::uint8_t host = 1) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  check(socket.is_open(), "no socket");
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = loopback(port, host);
  check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
        "cannot bind to loopback");
  return socket;
}

}  // namespace

void no_delay(const Fd& socket) {
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void Fd::close() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Fd::reset() noexcept {
  if (fd_ < 0) return;
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

Fd listen_on_loopback(std::uint16_t port, int backlog, std::uint8_t host) {
  Fd socket = bound_to_loopback(port, host);
  check(::listen(socket.get(), backlog) == 0, "cannot listen on loopback");
  return socket;
}

std::uint16_t local_port(const Fd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  check(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0,
        "getsockname");
  return ntohs(address.sin_port);
}

Fd connect_to_loopback(std::uint16_t port) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  check(socket.is_open(), "no socket");
  const sockaddr_in address = loopback(port);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Fd();
  }
  no_delay(socket);
  return socket;
}

bool connects_within(std::uint16_t port, std::chrono::milliseconds time) {
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  pollfd asked{.fd = socket.get(), .events = POLLOUT, .revents = 0};
  if (::poll(&asked, 1, static_cast<int>(time.count())) <= 0) return false;
  return (asked.revents & (POLLERR | POLLHUP)) == 0;
}

Fd refused_port(std::uint16_t& port) {
  Fd socket = bound_to_loopback(0);
  port = local_port(socket);
  return socket;
}

std::pair<Fd, Fd> tcp_pair(bool is_nonblocking) {
  const Fd listener = listen_on_loopback();
  Fd near = connect_to_loopback(local_port(listener));
  check(near.is_open(), "cannot connect to loopback");
  Fd far(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  check(far.is_open(), "cannot accept from loopback");
  no_delay(far);
  if (is_nonblocking) {
    set_nonblocking(near);
    set_nonblocking(far);
  }
  return {std::move(near), std::move(far)};
}

void set_nonblocking(const Fd& socket) {
  ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) | O_NONBLOCK);
}

}  // namespace gapura::test
