#include "base/async/channel.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async/loop.h"
#include "base/io_count.h"
#include "tests/support/loop_runner.h"
#include "tests/support/sockets.h"

namespace gapura {
namespace {

using test::Fd;
using test::run_ready;
using test::run_until;
using test::tcp_pair;

/// A channel on a loop of its own, and the blocking-free socket at the other end.
class ChannelTest : public testing::Test {
 protected:
  ChannelTest() {
    auto [near, far] = tcp_pair();
    peer_ = std::move(far);
    EXPECT_TRUE(channel_.open(loop_, near.release()));
    channel_.notify([](void* owner) noexcept { ++static_cast<ChannelTest*>(owner)->edges_; }, this);
  }

  void peer_sends(std::string_view text) {
    ASSERT_EQ(::send(peer_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// What the peer has received, until `bytes` are there.
  std::string peer_receives(std::size_t bytes) {
    std::string all;
    std::array<char, 65'536> block;
    const auto end = std::chrono::steady_clock::now() + test::patience();
    while (all.size() < bytes && std::chrono::steady_clock::now() < end) {
      const ssize_t size = ::recv(peer_.get(), block.data(), block.size(), 0);
      if (size > 0) all.append(block.data(), static_cast<std::size_t>(size));
      if (size == 0) break;
    }
    return all;
  }
  std::string text(std::size_t bytes) const { return {buffer_.data(), bytes}; }
  /// Reads until the channel says that it is drained, so that the next edge means news.
  void drain() {
    while (channel_.try_read(buffer_).status == IoStatus::ok) {
    }
  }
  /// Fills the socket until it takes no more; how much went in.
  std::size_t fill() {
    const std::string block(65'536, 'x');
    std::size_t total = 0;
    for (;;) {
      const IoResult result = channel_.try_write(block);
      total += result.bytes;
      if (!channel_.may_write()) return total;
    }
  }

  Loop loop_;
  Channel channel_;
  Fd peer_;
  int edges_ = 0;
  std::array<char, 4'096> buffer_{};
};

TEST_F(ChannelTest, TriesTheCallAtOnceAndReportsAnEmptySocket) {
  EXPECT_TRUE(channel_.is_open());
  EXPECT_GE(channel_.fd(), 0);
  EXPECT_TRUE(channel_.may_read());
  EXPECT_TRUE(channel_.may_write());

  EXPECT_EQ(channel_.try_read(buffer_).status, IoStatus::would_block);

  EXPECT_FALSE(channel_.may_read());
}

TEST_F(ChannelTest, TellsOfDataByAnEdge) {
  run_ready(loop_);
  drain();
  edges_ = 0;

  peer_sends("hello");
  ASSERT_TRUE(run_until(loop_, [this] { return edges_ > 0; }));

  const IoResult result = channel_.try_read(buffer_);
  EXPECT_EQ(result.status, IoStatus::ok);
  EXPECT_EQ(text(result.bytes), "hello");
}

TEST_F(ChannelTest, ShortReadMeansDrainedUntilTheNextEdge) {
  peer_sends("hello");
  ASSERT_TRUE(run_until(loop_, [this] { return edges_ > 0; }));
  ASSERT_EQ(channel_.try_read(buffer_).bytes, 5u);
  const std::uint64_t calls = io_count::socket_calls;

  EXPECT_FALSE(channel_.may_read());
  EXPECT_EQ(channel_.try_read(buffer_).status, IoStatus::would_block);
  EXPECT_EQ(io_count::socket_calls, calls);

  edges_ = 0;
  peer_sends("again");
  ASSERT_TRUE(run_until(loop_, [this] { return edges_ > 0; }));
  EXPECT_EQ(channel_.try_read(buffer_).bytes, 5u);
}

TEST_F(ChannelTest, FullReadLeavesTheRestForTheNextOne) {
  peer_sends("abcdefgh");
  ASSERT_TRUE(run_until(loop_, [this] { return edges_ > 0; }));

  const std::span<char> small(buffer_.data(), 4);
  EXPECT_EQ(channel_.try_read(small).bytes, 4u);
  EXPECT_TRUE(channel_.may_read());
  EXPECT_EQ(channel_.try_read(small).bytes, 4u);
  EXPECT_TRUE(channel_.may_read());  // exactly full: more may follow
  EXPECT_EQ(channel_.try_read(small).status, IoStatus::would_block);
  EXPECT_EQ(text(4), "efgh");
}

TEST_F(ChannelTest, RemembersEdgesWithoutAListener) {
  drain();
  channel_.notify(nullptr, nullptr);

  peer_sends("x");
  ASSERT_TRUE(run_until(loop_, [this] { return channel_.may_read(); }));

  EXPECT_EQ(channel_.try_read(buffer_).bytes, 1u);
  EXPECT_EQ(edges_, 0);
}

TEST_F(ChannelTest, EndOfStreamThatComesWithTheLastDataIsSeen) {
  run_ready(loop_);
  drain();
  edges_ = 0;
  peer_sends("bye");
  peer_.close();  // data and FIN are there before the loop looks: one edge for both

  ASSERT_TRUE(run_until(loop_, [this] { return edges_ > 0; }));

  EXPECT_EQ(channel_.try_read(buffer_).bytes, 3u);
  EXPECT_EQ(channel_.try_read(buffer_).status, IoStatus::eof);
  EXPECT_EQ(channel_.try_read(buffer_).status, IoStatus::eof);
}

TEST_F(ChannelTest, EndOfStreamThatComesLaterGivesAnEdge) {
  peer_sends("bye");
  ASSERT_TRUE(run_until(loop_, [this] { return edges_ > 0; }));
  ASSERT_EQ(channel_.try_read(buffer_).bytes, 3u);
  edges_ = 0;

  ::shutdown(peer_.get(), SHUT_WR);
  ASSERT_TRUE(run_until(loop_, [this] { return edges_ > 0; }));

  EXPECT_EQ(channel_.try_read(buffer_).status, IoStatus::eof);
  EXPECT_EQ(channel_.try_write("still open this way").status, IoStatus::ok);
}

TEST_F(ChannelTest, ResetIsAFailureWithItsErrno) {
  run_ready(loop_);
  drain();
  edges_ = 0;

  peer_.reset();
  ASSERT_TRUE(run_until(loop_, [this] { return edges_ > 0; }));

  const IoResult result = channel_.try_read(buffer_);
  EXPECT_EQ(result.status, IoStatus::failed);
  EXPECT_EQ(result.error, ECONNRESET);
}

TEST_F(ChannelTest, WritesOneBlockAndSeveralParts) {
  std::string head = "head ";
  std::string body = "body";
  const std::array<iovec, 2> parts{iovec{head.data(), head.size()},
                                   iovec{body.data(), body.size()}};

  EXPECT_EQ(channel_.try_write("one ").bytes, 4u);
  EXPECT_EQ(channel_.try_write(parts).bytes, 9u);

  EXPECT_EQ(peer_receives(13), "one head body");
}

TEST_F(ChannelTest, WritingNothingIsNoCall) {
  const std::uint64_t calls = io_count::socket_calls;

  const IoResult result = channel_.try_write("");

  EXPECT_EQ(result.status, IoStatus::ok);
  EXPECT_EQ(result.bytes, 0u);
  EXPECT_TRUE(channel_.may_write());
  EXPECT_EQ(io_count::socket_calls, calls);
}

TEST_F(ChannelTest, FullSocketTellsByAnEdgeWhenItTakesMore) {
  run_ready(loop_);
  const std::size_t sent = fill();
  ASSERT_FALSE(channel_.may_write());
  EXPECT_EQ(channel_.try_write("x").status, IoStatus::would_block);

  EXPECT_EQ(peer_receives(sent).size(), sent);
  ASSERT_TRUE(run_until(loop_, [this] { return channel_.may_write(); }));

  EXPECT_EQ(channel_.try_write("end").bytes, 3u);
  EXPECT_EQ(peer_receives(3), "end");
}

TEST_F(ChannelTest, BackPressureNeverLosesAnEdge) {
  // Fill and empty again and again: every time an edge must come.
  for (int round = 0; round < 20; ++round) {
    const std::size_t sent = fill();
    ASSERT_EQ(peer_receives(sent).size(), sent) << round;
    ASSERT_TRUE(run_until(loop_, [this] { return channel_.may_write(); })) << round;
  }
}

TEST_F(ChannelTest, WriteToAResetPeerFails) {
  peer_.reset();

  ASSERT_TRUE(
      run_until(loop_, [this] { return channel_.try_write("x").status == IoStatus::failed; }));

  EXPECT_FALSE(channel_.try_write("x").status == IoStatus::ok);
}

TEST_F(ChannelTest, LookTellsBytesFinAndResetFromSilence) {
  drain();
  EXPECT_FALSE(channel_.look());
  EXPECT_FALSE(channel_.may_read());

  peer_sends("x");
  EXPECT_TRUE(test::eventually([this] { return channel_.look(); }));
  EXPECT_TRUE(channel_.may_read());                 // it counts as an edge
  EXPECT_EQ(channel_.try_read(buffer_).bytes, 1u);  // and was only peeked at
  EXPECT_FALSE(channel_.look());

  ::shutdown(peer_.get(), SHUT_WR);
  EXPECT_TRUE(test::eventually([this] { return channel_.look(); }));
  EXPECT_EQ(channel_.try_read(buffer_).status, IoStatus::eof);
  channel_.close();
  EXPECT_TRUE(channel_.look());
}

TEST_F(ChannelTest, ShutWriteSendsAFinAndStillReads) {
  channel_.shut_write();

  EXPECT_EQ(peer_receives(1), "");
  peer_sends("answer");
  ASSERT_TRUE(run_until(loop_, [this] { return edges_ > 0; }));
  EXPECT_EQ(channel_.try_read(buffer_).bytes, 6u);
}

TEST_F(ChannelTest, ShutTellsWhoeverWaits) {
  run_ready(loop_);
  drain();
  edges_ = 0;

  channel_.shut();
  channel_.shut();
  ASSERT_TRUE(run_until(loop_, [this] { return edges_ > 0; }));

  EXPECT_EQ(channel_.try_read(buffer_).status, IoStatus::eof);
  EXPECT_EQ(channel_.try_write("x").status, IoStatus::failed);
}

TEST_F(ChannelTest, ShutTellsAWriterThatIsBlocked) {
  fill();
  edges_ = 0;

  channel_.shut();
  ASSERT_TRUE(run_until(loop_, [this] { return edges_ > 0; }));

  EXPECT_EQ(channel_.try_write("x").status, IoStatus::failed);
}

TEST_F(ChannelTest, ResetOnCloseLooksLikeAFailureToThePeer) {
  ASSERT_EQ(channel_.try_write("part").bytes, 4u);
  channel_.reset_on_close();

  channel_.close();

  int error = 0;
  EXPECT_TRUE(test::eventually([&] {
    const ssize_t size = ::recv(peer_.get(), buffer_.data(), buffer_.size(), 0);
    error = size < 0 ? errno : 0;
    return size < 0 && error != EAGAIN;
  }));
  EXPECT_EQ(error, ECONNRESET);
}

TEST_F(ChannelTest, ClosedChannelAnswersEveryCall) {
  channel_.close();
  channel_.close();

  EXPECT_FALSE(channel_.is_open());
  EXPECT_EQ(channel_.fd(), -1);
  EXPECT_FALSE(channel_.may_read());
  EXPECT_FALSE(channel_.may_write());
  EXPECT_EQ(channel_.try_read(buffer_).error, EBADF);
  EXPECT_EQ(channel_.try_write("x").error, EBADF);
  channel_.notify(nullptr, nullptr);
  channel_.shut();
  channel_.shut_write();
  channel_.reset_on_close();
}

TEST_F(ChannelTest, ClosedChannelGetsNoEdge) {
  run_ready(loop_);
  peer_sends("x");
  edges_ = 0;

  channel_.close();
  for (int i = 0; i < 5; ++i) run_ready(loop_);

  EXPECT_EQ(edges_, 0);
}

TEST_F(ChannelTest, MovingKeepsTheRegistration) {
  drain();
  Channel moved(std::move(channel_));
  EXPECT_FALSE(channel_.is_open());
  edges_ = 0;

  peer_sends("x");
  ASSERT_TRUE(run_until(loop_, [this] { return edges_ > 0; }));
  EXPECT_EQ(moved.try_read(buffer_).bytes, 1u);

  channel_ = std::move(moved);
  EXPECT_EQ(channel_.try_write("y").bytes, 1u);
}

TEST_F(ChannelTest, LoopEndsOnceEveryChannelIsClosed) {
  channel_.close();

  loop_.context().run();

  EXPECT_TRUE(loop_.context().stopped());
}

TEST_F(ChannelTest, OpenClosesTheSocketThatTheKernelRefuses) {
  Channel other;
  const int closed = ::dup(peer_.get());
  ::close(closed);

  EXPECT_FALSE(other.open(loop_, closed));

  EXPECT_EQ(errno, EBADF);
  EXPECT_FALSE(other.is_open());
}

/// Closes or destroys its channel as soon as it is told anything.
struct Leaves {
  static void told(void* owner) noexcept {
    auto* self = static_cast<Leaves*>(owner);
    ++self->edges;
    self->channel.reset();
  }
  std::optional<Channel> channel;
  int edges = 0;
};

TEST(ChannelLife, MayBeDestroyedInsideItsOwnNotification) {
  Loop loop;
  auto [near, far] = tcp_pair();
  Leaves leaves;
  leaves.channel.emplace();
  ASSERT_TRUE(leaves.channel->open(loop, near.release()));
  leaves.channel->notify(&Leaves::told, &leaves);

  ASSERT_EQ(::send(far.get(), "x", 1, MSG_NOSIGNAL), 1);
  ASSERT_TRUE(run_until(loop, [&] { return leaves.edges > 0; }));
  loop.context().run();

  EXPECT_EQ(leaves.edges, 1);
}

TEST(ChannelLife, MayBeDestroyedWhenReadAndWriteEdgesComeTogether) {
  Loop loop;
  auto [near, far] = tcp_pair();
  Leaves leaves;
  leaves.channel.emplace();
  ASSERT_TRUE(leaves.channel->open(loop, near.release()));
  run_ready(loop);
  // Both ops queued, and one event for both.
  const std::string block(1 << 20, 'x');
  while (leaves.channel->may_write()) leaves.channel->try_write(block);
  run_ready(loop);
  while (leaves.channel->may_write()) leaves.channel->try_write(block);
  leaves.channel->notify(&Leaves::told, &leaves);

  far.reset();
  ASSERT_TRUE(run_until(loop, [&] { return leaves.edges > 0; }));
  loop.context().run();

  EXPECT_EQ(leaves.edges, 1);
}

TEST(ChannelLife, NothingLeaksWhenTheLoopNeverRunsAgain) {
  auto [near, far] = tcp_pair();
  {
    Loop loop;
    Channel channel;
    ASSERT_TRUE(channel.open(loop, near.release()));
    run_ready(loop);
    channel.close();  // its queued op now waits in a loop that is only destroyed
  }
  char byte = 0;
  EXPECT_TRUE(test::eventually([&] { return ::recv(far.get(), &byte, 1, 0) == 0; }));
}

TEST(ChannelLife, MayOutliveItsLoop) {
  auto [near, far] = tcp_pair();
  Channel fresh;
  Channel blocked;
  auto [near2, far2] = tcp_pair();
  {
    Loop loop;
    ASSERT_TRUE(fresh.open(loop, near.release()));
    ASSERT_TRUE(blocked.open(loop, near2.release()));
    run_ready(loop);
    const std::string block(1 << 20, 'x');
    while (blocked.may_write()) blocked.try_write(block);
  }

  EXPECT_EQ(fresh.try_write("x").bytes, 1u);
  fresh.close();
  blocked.shut();
  blocked.close();

  char byte = 0;
  EXPECT_TRUE(test::eventually([&] { return ::recv(far.get(), &byte, 1, 0) == 1; }));
}

/// Connects a non-blocking socket; what connect(2) said in `error`.
Fd start_connect(std::uint16_t port, int& error) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int result =
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  error = result == 0 ? 0 : errno;
  return socket;
}

int pending_error(const Channel& channel) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(channel.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

void count_edge(void* owner) noexcept {
  ++*static_cast<int*>(owner);
}

TEST(ChannelConnect, EdgeTellsSuccess) {
  Loop loop;
  const Fd listener = test::listen_on_loopback();
  int error = 0;
  Fd socket = start_connect(test::local_port(listener), error);
  Channel channel;
  int edges = 0;
  ASSERT_TRUE(channel.open(loop, socket.release()));
  channel.notify(&count_edge, &edges);
  channel.expect_connect();
  EXPECT_FALSE(channel.may_write());
  EXPECT_EQ(channel.try_write("too early").status, IoStatus::would_block);

  ASSERT_TRUE(run_until(loop, [&] { return channel.may_write(); }));

  EXPECT_EQ(pending_error(channel), 0);
  EXPECT_EQ(channel.try_write("x").bytes, 1u);
  EXPECT_GT(edges, 0);
}

TEST(ChannelConnect, EdgeTellsRefusal) {
  Loop loop;
  std::uint16_t port = 0;
  const Fd reserved = test::refused_port(port);
  int error = 0;
  Fd socket = start_connect(port, error);
  if (error == ECONNREFUSED) GTEST_SKIP() << "the kernel refused at once";
  Channel channel;
  ASSERT_TRUE(channel.open(loop, socket.release()));
  channel.expect_connect();

  ASSERT_TRUE(run_until(loop, [&] { return channel.may_write(); }));

  EXPECT_EQ(pending_error(channel), ECONNREFUSED);
}

/// A loopback listener whose queue is full, so that a connect to it stays under way.
struct FullListener {
  FullListener() : listener(test::listen_on_loopback(0, 0)) {
    for (int i = 0; i < 8; ++i) {
      int ignored = 0;
      waiting.push_back(start_connect(test::local_port(listener), ignored));
    }
  }
  Fd listener;
  std::vector<Fd> waiting;
};

TEST(ChannelConnect, IsNotDeceivedByAnEdgeOfAnEarlierSocket) {
  Loop loop;
  FullListener full;
  auto [near, far] = tcp_pair();
  auto [near2, far2] = tcp_pair();

  // `first` is told of its reset, closes `second`, whose own event is already under way, and opens
  // `third`, which asio gives the place of `second` and with it that event.
  struct Swap {
    static void told(void* owner) noexcept {
      auto* self = static_cast<Swap*>(owner);
      if (self->third.is_open()) return;
      self->second.close();
      int error = 0;
      Fd socket = start_connect(self->port, error);
      EXPECT_EQ(error, EINPROGRESS);
      EXPECT_TRUE(self->third.open(*self->loop, socket.release()));
      self->third.expect_connect();
    }
    Loop* loop;
    std::uint16_t port;
    Channel first{}, second{}, third{};
  };
  Swap swap{.loop = &loop, .port = test::local_port(full.listener)};
  ASSERT_TRUE(swap.first.open(loop, near.release()));
  ASSERT_TRUE(swap.second.open(loop, near2.release()));
  run_ready(loop);
  const std::string block(1 << 20, 'x');
  while (swap.second.may_write()) swap.second.try_write(block);
  run_ready(loop);
  while (swap.second.may_write()) swap.second.try_write(block);
  swap.first.notify(&Swap::told, &swap);
  far.reset();
  far2.reset();

  ASSERT_TRUE(run_until(loop, [&] { return swap.third.is_open(); }));
  for (int i = 0; i < 20; ++i) run_ready(loop);

  EXPECT_FALSE(swap.third.may_write());
}

TEST(ChannelConnect, ShutEndsAConnectThatIsUnderWay) {
  Loop loop;
  FullListener full;
  int error = 0;
  Fd socket = start_connect(test::local_port(full.listener), error);
  ASSERT_EQ(error, EINPROGRESS);
  Channel channel;
  int edges = 0;
  ASSERT_TRUE(channel.open(loop, socket.release()));
  channel.expect_connect();
  run_ready(loop);
  channel.notify(&count_edge, &edges);

  channel.shut();
  ASSERT_TRUE(run_until(loop, [&] { return edges > 0; }));

  EXPECT_EQ(channel.try_write("x").status, IoStatus::failed);
}

}  // namespace
}  // namespace gapura
