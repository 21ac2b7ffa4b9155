#include "proxy/pump.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <gtest/gtest.h>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/async/loop.h"
#include "tests/support/loop_runner.h"
#include "tests/support/patience.h"
#include "tests/support/sockets.h"

namespace gapura::proxy {
namespace {

using State = Pump::State;

/// A pump between two loopback connections, with a peer at either end.
class PumpTest : public ::testing::Test {
 protected:
  PumpTest() : scratch_(256 * 1024) {
    auto [source_near, source_far] = gapura::test::tcp_pair();
    auto [sink_near, sink_far] = gapura::test::tcp_pair();
    source_.open(loop_, source_near.release());
    sink_.open(loop_, sink_near.release());
    sender_ = std::move(source_far);
    receiver_ = std::move(sink_far);
  }

  void say(std::string_view text) {
    ASSERT_EQ(::send(sender_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  void end() { ::shutdown(sender_.get(), SHUT_WR); }
  State advance() {
    gapura::test::run_ready(loop_);
    pump_.advance(source_, sink_, buffers_, scratch_);
    return pump_.state();
  }
  void hear() {
    std::array<char, 64 * 1024> piece;
    const ssize_t size = ::recv(receiver_.get(), piece.data(), piece.size(), 0);
    if (size > 0) heard_.append(piece.data(), static_cast<std::size_t>(size));
  }
  /// Both go on until `condition` holds; false when patience has run out.
  template <class Condition>
  bool go_on_until(Condition condition) {
    const auto last = std::chrono::steady_clock::now() + gapura::test::patience();
    while (!condition()) {
      if (std::chrono::steady_clock::now() > last) return false;
      advance();
      hear();
    }
    return true;
  }
  /// So much that the sink's kernel cannot take it all while nobody reads.
  void begin_with_a_lot() { pump_.begin({}, {}, lot_, sink_, buffers_); }

  Loop loop_;
  BufferPool buffers_;
  std::vector<char> scratch_;
  Channel source_;
  Channel sink_;
  gapura::test::Fd sender_;
  gapura::test::Fd receiver_;
  Pump pump_;
  std::string heard_;
  const std::string lot_ = std::string(8 * 1024 * 1024, 'x');
};

TEST_F(PumpTest, WritesWhatIsThereAndThenWhatComes) {
  pump_.begin({}, "head.", std::string_view("first."), sink_, buffers_);
  say("second.");

  ASSERT_TRUE(go_on_until([&] { return heard_.size() >= 18; }));

  EXPECT_EQ(heard_, "head.first.second.");
  EXPECT_EQ(pump_.state(), State::reading);
  EXPECT_EQ(pump_.content_bytes(), 13u);
  EXPECT_EQ(pump_.moved(), 18u);
}

TEST_F(PumpTest, BeginsBehindWhatStillWaits) {
  Rest waiting;
  const iovec part{const_cast<char*>(lot_.data()), lot_.size()};
  ASSERT_EQ(waiting.send(sink_, buffers_, std::span(&part, 1)).status, IoStatus::would_block);

  pump_.begin(std::move(waiting), "head", {}, sink_, buffers_);
  EXPECT_EQ(pump_.state(), State::writing);

  ASSERT_TRUE(go_on_until([&] { return heard_.size() >= lot_.size() + 4; }));
  EXPECT_TRUE(heard_ == lot_ + "head");
}

TEST_F(PumpTest, ReadsNothingWhileARestWaits) {
  begin_with_a_lot();
  ASSERT_EQ(pump_.state(), State::writing);
  say("later");

  EXPECT_EQ(advance(), State::writing);
  EXPECT_EQ(pump_.content_bytes(), lot_.size());
  ASSERT_TRUE(go_on_until([&] { return heard_.size() >= lot_.size() + 5; }));
  EXPECT_EQ(pump_.state(), State::reading);
  EXPECT_EQ(pump_.content_bytes(), lot_.size() + 5);
}

TEST_F(PumpTest, EndsWithTheSourceWhenAllBeforeIsWritten) {
  begin_with_a_lot();
  say("last");
  end();

  EXPECT_EQ(advance(), State::writing);
  EXPECT_FALSE(pump_.is_over());
  ASSERT_TRUE(go_on_until([&] { return pump_.is_over(); }));
  EXPECT_EQ(pump_.state(), State::ended);
  ASSERT_TRUE(go_on_until([&] { return heard_.size() >= lot_.size() + 4; }));
  EXPECT_TRUE(heard_.ends_with("last"));
}

TEST_F(PumpTest, MovesAboutAMegabyteInATurn) {
  pump_.begin({}, {}, {}, sink_, buffers_);
  constexpr std::size_t kAll = 16 * kTurnBytes;
  std::size_t said = 0;

  ASSERT_TRUE(go_on_until([&] {
    const std::size_t wanted = std::min(lot_.size(), kAll - said);
    const ssize_t size = ::send(sender_.get(), lot_.data(), wanted, MSG_NOSIGNAL);
    if (size > 0) said += static_cast<std::size_t>(size);
    const std::uint64_t before = pump_.content_bytes();
    advance();
    EXPECT_LT(pump_.content_bytes() - before, kTurnBytes + scratch_.size());
    return heard_.size() >= kAll;
  }));
  EXPECT_EQ(pump_.content_bytes(), kAll);
}

TEST_F(PumpTest, SaysThatTheSourceWasReset) {
  pump_.begin({}, {}, {}, sink_, buffers_);
  sender_.reset();

  ASSERT_TRUE(go_on_until([&] { return pump_.is_over(); }));
  EXPECT_EQ(pump_.state(), State::source_failed);
}

TEST_F(PumpTest, SaysThatTheSinkWasResetAndTriesNothingMore) {
  begin_with_a_lot();
  receiver_.reset();

  const auto last = std::chrono::steady_clock::now() + gapura::test::patience();
  while (!pump_.is_over() && std::chrono::steady_clock::now() < last) advance();

  EXPECT_EQ(pump_.state(), State::sink_failed);
  EXPECT_EQ(advance(), State::sink_failed);
}

}  // namespace
}  // namespace gapura::proxy
