#include "proxy/rest.h"

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "base/async/loop.h"
#include "tests/support/loop_runner.h"
#include "tests/support/patience.h"
#include "tests/support/sockets.h"

namespace gapura::proxy {
namespace {

/// A channel with a peer that reads when it is told to.
class RestTest : public ::testing::Test {
 protected:
  RestTest() {
    auto [near, far] = gapura::test::tcp_pair();
    sink_.open(loop_, near.release());
    peer_ = std::move(far);
  }

  IoResult send(std::string_view one, std::string_view two = {}) {
    const std::array<iovec, 2> parts{iovec{const_cast<char*>(one.data()), one.size()},
                                     iovec{const_cast<char*>(two.data()), two.size()}};
    return rest_.send(sink_, buffers_, parts);
  }
  /// The peer reads and the rest is flushed, until it has so many bytes.
  std::string heard(std::size_t bytes) {
    std::string all;
    std::array<char, 64 * 1024> piece;
    const auto end = std::chrono::steady_clock::now() + gapura::test::patience();
    while (all.size() < bytes && std::chrono::steady_clock::now() < end) {
      gapura::test::run_ready(loop_);
      rest_.flush(sink_);
      const ssize_t size = ::recv(peer_.get(), piece.data(), piece.size(), 0);
      if (size > 0) all.append(piece.data(), static_cast<std::size_t>(size));
    }
    return all;
  }

  Loop loop_;
  BufferPool buffers_;
  Channel sink_;
  gapura::test::Fd peer_;
  Rest rest_;
};

TEST_F(RestTest, HoldsNothingWhenAllIsTaken) {
  const IoResult sent = send("abc", "def");

  EXPECT_EQ(sent.status, IoStatus::ok);
  EXPECT_EQ(sent.bytes, 6u);
  EXPECT_FALSE(rest_.is_held());
  EXPECT_EQ(rest_.flush(sink_).status, IoStatus::ok);
  EXPECT_EQ(heard(6), "abcdef");
}

TEST_F(RestTest, KeepsWhatIsNotTakenAndWhatComesAfterItInOrder) {
  std::string block(8 * 1024 * 1024, 'a');
  for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>('a' + i % 23);

  const IoResult first = send("head", block);
  ASSERT_EQ(first.status, IoStatus::would_block);
  ASSERT_LT(first.bytes, block.size());
  EXPECT_TRUE(rest_.is_held());
  const IoResult second = send("tail", "end");

  EXPECT_EQ(second.status, IoStatus::would_block);
  const std::string all = heard(block.size() + 11);
  EXPECT_TRUE(all == "head" + block + "tailend") << all.size();
  EXPECT_FALSE(rest_.is_held());
}

TEST_F(RestTest, MovesWithWhatItHolds) {
  const std::string block(8 * 1024 * 1024, 'x');
  ASSERT_EQ(send(block).status, IoStatus::would_block);

  Rest moved(std::move(rest_));
  EXPECT_FALSE(rest_.is_held());  // NOLINT: said of a moved-from rest
  rest_ = std::move(moved);

  EXPECT_EQ(heard(block.size()).size(), block.size());
}

TEST_F(RestTest, SaysThatTheChannelHasFailed) {
  peer_.reset();
  gapura::test::run_ready(loop_);

  IoResult sent = send("abc");
  if (sent.status == IoStatus::ok) sent = send("abc");  // the first one may go unnoticed

  EXPECT_EQ(sent.status, IoStatus::failed);
  EXPECT_FALSE(rest_.is_held());
}

}  // namespace
}  // namespace gapura::proxy
