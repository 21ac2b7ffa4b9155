// Counts the system calls that a message costs. The calls are counted where they leave the program:
// definitions here win over those of the C library.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <gtest/gtest.h>
#include <string_view>

#include "base/async/channel.h"
#include "base/async/loop.h"
#include "base/io_count.h"
#include "tests/support/loop_runner.h"
#include "tests/support/sockets.h"

namespace {
struct Calls {
  long recv = 0, send = 0, epoll_ctl = 0;
};
thread_local Calls calls;
}  // namespace

extern "C" {
ssize_t recv(int fd, void* into, size_t size, int flags) {
  ++calls.recv;
  return ::syscall(SYS_recvfrom, fd, into, size, flags, nullptr, nullptr);
}
ssize_t send(int fd, const void* from, size_t size, int flags) {
  ++calls.send;
  return ::syscall(SYS_sendto, fd, from, size, flags, nullptr, 0);
}
int epoll_ctl(int set, int operation, int fd, struct epoll_event* event) noexcept {
  ++calls.epoll_ctl;
  return static_cast<int>(::syscall(SYS_epoll_ctl, set, operation, fd, event));
}
}

namespace gapura {
namespace {

/// Answers every message with one of its own.
struct Player {
  bool open(Loop& loop, int fd) {
    if (!channel.open(loop, fd)) return false;
    channel.notify([](void* owner) noexcept { static_cast<Player*>(owner)->on_edge(); }, this);
    return true;
  }
  void on_edge() noexcept {
    while (channel.may_read()) {
      if (channel.try_read(buffer).status != IoStatus::ok) return;
      ++received;
      if (channel.try_write("0123456789").status != IoStatus::ok) return;
    }
  }
  Channel channel;
  std::array<char, 256> buffer{};
  long received = 0;
};

TEST(ChannelCost, AMessageIsOneRecvAndOneSendOnEachSide) {
  Loop loop;
  auto [near, far] = test::tcp_pair();
  Player left;
  Player right;
  ASSERT_TRUE(left.open(loop, near.release()));
  ASSERT_TRUE(right.open(loop, far.release()));
  test::run_ready(loop);
  ASSERT_EQ(left.channel.try_write("0123456789").status, IoStatus::ok);
  ASSERT_TRUE(test::run_until(loop, [&] { return left.received >= 10; }));

  const long left_before = left.received;
  const long right_before = right.received;
  const Calls before = calls;
  const std::uint64_t counted_before = io_count::socket_calls;
  ASSERT_TRUE(test::run_until(loop, [&] { return left.received >= left_before + 1'000; }));

  const long messages = left.received - left_before + right.received - right_before;
  EXPECT_EQ(calls.recv - before.recv, messages);
  EXPECT_EQ(calls.send - before.send, messages);
  EXPECT_EQ(calls.epoll_ctl - before.epoll_ctl, 0);
  EXPECT_EQ(io_count::socket_calls - counted_before, static_cast<std::uint64_t>(2 * messages));
}

TEST(ChannelCost, AConnectionIsRegisteredByTwoCallsAndLeavesByNone) {
  Loop loop;
  auto [near, far] = test::tcp_pair();
  const Calls before = calls;
  {
    Channel channel;
    ASSERT_TRUE(channel.open(loop, near.release()));
    test::run_ready(loop);
  }
  EXPECT_EQ(calls.epoll_ctl - before.epoll_ctl, 2);
}

}  // namespace
}  // namespace gapura
