// Counts the system calls that a message costs.
#include <array>
#include <gtest/gtest.h>
#include <string_view>

#include "base/async/channel.h"
#include "base/async/loop.h"
#include "base/io_count.h"
#include "tests/cost/counted_calls.h"
#include "tests/support/loop_runner.h"
#include "tests/support/sockets.h"

namespace gapura::test {
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
  auto [near, far] = tcp_pair();
  Player left;
  Player right;
  ASSERT_TRUE(left.open(loop, near.release()));
  ASSERT_TRUE(right.open(loop, far.release()));
  run_ready(loop);
  ASSERT_EQ(left.channel.try_write("0123456789").status, IoStatus::ok);
  ASSERT_TRUE(run_until(loop, [&] { return left.received >= 10; }));

  const long left_before = left.received;
  const long right_before = right.received;
  const CountedCalls before = calls_of_this_thread();
  const std::uint64_t counted_before = io_count::socket_calls;
  ASSERT_TRUE(run_until(loop, [&] { return left.received >= left_before + 1'000; }));

  const long messages = left.received - left_before + right.received - right_before;
  const CountedCalls after = calls_of_this_thread();
  EXPECT_EQ(after.recv - before.recv, messages);
  EXPECT_EQ(after.send - before.send, messages);
  EXPECT_EQ(after.epoll_ctl - before.epoll_ctl, 0);
  EXPECT_EQ(io_count::socket_calls - counted_before, static_cast<std::uint64_t>(2 * messages));
}

TEST(ChannelCost, AConnectionIsRegisteredByOneCallAndLeavesByNone) {
  Loop loop;
  auto [near, far] = tcp_pair();
  const CountedCalls before = calls_of_this_thread();
  {
    Channel channel;
    ASSERT_TRUE(channel.open(loop, near.release()));
    run_ready(loop);
  }
  EXPECT_EQ(calls_of_this_thread().epoll_ctl - before.epoll_ctl, 1);
}

}  // namespace
}  // namespace gapura::test
