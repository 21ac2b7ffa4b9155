#include "proxy/tcp_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "tests/support/sockets.h"

namespace gapura::proxy {
namespace {

int option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  ::getsockopt(fd, level, name, &value, &size);
  return value;
}

void expect_options(int fd) {
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 60);
}

TEST(TcpOptions, AreSet) {
  const test::Fd socket(::socket(AF_INET, SOCK_STREAM, 0));
  set_tcp_options(socket.get());
  expect_options(socket.get());
}

TEST(TcpOptions, OfAListeningSocketAreThoseOfItsConnections) {
  const test::Fd listener = test::listen_on_loopback();
  set_tcp_options(listener.get());
  const test::Fd client = test::connect_to_loopback(test::local_port(listener));

  const test::Fd accepted(::accept(listener.get(), nullptr, nullptr));

  ASSERT_GE(accepted.get(), 0);
  expect_options(accepted.get());
}

}  // namespace
}  // namespace gapura::proxy
