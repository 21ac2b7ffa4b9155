// Content that passes from socket to socket without being copied.
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tests/support/checked_body.h"
#include "tests/unit/proxy/relay_pair.h"

namespace gapura::proxy {
namespace {

using gapura::test::pattern;
using Step = Relay::Step;

TEST(RelaySplice, ALargeBodyNeverEntersOurMemory) {
  RelayPair pair;
  const std::string body = pattern(1, 0, 3'000'000);
  pair.begin(length(body.size()), false, "HEAD");
  pair.says(body);

  // The last few KiB are not worth it.
  ASSERT_TRUE(pair.turn_until(
      [&] { return body.size() - pair.relay.payload_bytes() < Relay::kSpliceLeast; }));

  EXPECT_TRUE(pair.is_scratch_untouched());
  ASSERT_TRUE(pair.turn_until(Step::done));
  ASSERT_TRUE(pair.turn_until_heard(body.size() + 4));
  EXPECT_TRUE(pair.heard == "HEAD" + body);
  EXPECT_EQ(pair.relay.payload_bytes(), body.size());
  EXPECT_EQ(pair.relay.moved(), body.size() + 4);
  EXPECT_TRUE(pair.relay.has_read());
  EXPECT_EQ(pair.pipes.in_use(), 0u);
}

TEST(RelaySplice, SmallOnesAndThoseWithoutALengthAreCopied) {
  for (const Framing framing : {length(Relay::kSpliceLeast - 1), kUntilClose}) {
    RelayPair pair;
    pair.begin(framing, false);
    const std::string body = pattern(2, 0, Relay::kSpliceLeast - 1);
    pair.says(body, /*ends=*/true);

    ASSERT_TRUE(pair.turn_until(Step::done));

    EXPECT_FALSE(pair.is_scratch_untouched());
    ASSERT_TRUE(pair.turn_until_heard(body.size()));
    EXPECT_TRUE(pair.heard == body);
  }
}

TEST(RelaySplice, WhatIsBehindTheBodyStaysInTheSocket) {
  RelayPair pair;
  const std::string body = pattern(3, 0, 100'000);
  pair.begin(length(body.size()), false);
  pair.says(body + "GET /next");

  ASSERT_TRUE(pair.turn_until(Step::done));
  ASSERT_TRUE(pair.turn_until_heard(body.size()));
  EXPECT_TRUE(pair.heard == body);

  std::string next{pair.relay.excess().begin(), pair.relay.excess().end()};
  std::array<char, 64> more{};
  if (next.empty()) {
    const IoResult read = pair.source.try_read(more);
    next.assign(more.data(), read.bytes);
  }
  EXPECT_EQ(next, "GET /next");
}

TEST(RelaySplice, ASourceThatEndsTooSoonHasFailed) {
  RelayPair pair;
  pair.begin(length(1'000'000), false);
  pair.says(pattern(4, 0, 200'000), /*ends=*/true);

  ASSERT_TRUE(pair.turn_until(Step::source_failed));

  ASSERT_TRUE(pair.turn_until_heard(200'000));
  EXPECT_EQ(pair.pipes.in_use(), 0u);
}

TEST(RelaySplice, APipeThatNobodyEmptiesIsNotUsedAgain) {
  RelayPair pair;
  const std::size_t stuffed = pair.fill_sink();
  ASSERT_GT(stuffed, 0u);
  pair.is_reading = false;
  pair.begin(length(1'000'000), false);
  pair.says(pattern(5, 0, 1'000'000));
  ASSERT_TRUE(pair.turn_until([&] { return pair.pipes.in_use() == 1; }));

  pair.receiver.reset();
  ASSERT_TRUE(pair.turn_until(Step::sink_failed));
  pair.relay.reset();

  EXPECT_EQ(pair.pipes.in_use(), 0u);
  // The next message gets a pipe, and nothing of the last one out of it.
  auto [near, far] = gapura::test::tcp_pair();
  Channel other;
  other.open(pair.loop, near.release());
  const Pipe pipe = pair.pipes.take();
  ASSERT_TRUE(pipe.is_open());
  EXPECT_EQ(pipe.bytes(), 0u);
}

TEST(RelaySplice, ASlowSinkGetsAllInTheEnd) {
  RelayPair pair;
  const std::size_t stuffed = pair.fill_sink();
  pair.is_reading = false;
  const std::string body = pattern(6, 0, 2'000'000);
  pair.begin(length(body.size()), false);
  pair.says(body);
  ASSERT_TRUE(pair.turn_until(Step::wait_sink));
  for (int i = 0; i < 20; ++i) pair.turn();
  EXPECT_EQ(pair.step, Step::wait_sink);

  pair.is_reading = true;

  ASSERT_TRUE(pair.turn_until(Step::done));
  ASSERT_TRUE(pair.turn_until_heard(stuffed + body.size()));
  EXPECT_TRUE(pair.heard.substr(stuffed) == body);
}

TEST(RelaySplice, WithoutAPipeItIsCopied) {
  RelayPair pair;
  std::vector<Pipe> taken;
  for (std::size_t i = 0; i < Pipes::kMost; ++i) taken.push_back(pair.pipes.take());
  ASSERT_TRUE(taken.back().is_open());
  ASSERT_FALSE(pair.pipes.take().is_open());
  const std::string body = pattern(7, 0, 500'000);
  pair.begin(length(body.size()), false);
  pair.says(body);

  ASSERT_TRUE(pair.turn_until(Step::done));

  EXPECT_FALSE(pair.is_scratch_untouched());
  ASSERT_TRUE(pair.turn_until_heard(body.size()));
  EXPECT_TRUE(pair.heard == body);
}

TEST(RelaySplice, WhereTheKernelCannotItIsCopiedFromThenOn) {
  RelayPair pair;
  pair.pipes.forbid();
  const std::string body = pattern(8, 0, 500'000);
  pair.begin(length(body.size()), false);
  pair.says(body);

  ASSERT_TRUE(pair.turn_until(Step::done));

  EXPECT_FALSE(pair.pipes.take().is_open());
  ASSERT_TRUE(pair.turn_until_heard(body.size()));
  EXPECT_TRUE(pair.heard == body);
}

TEST(RelaySplice, MoreContentThanIsAllowedIsNotSpliced) {
  RelayPair pair;
  pair.relay.limit_payload(100'000);
  pair.begin(length(200'000), false);
  pair.says(pattern(9, 0, 200'000));

  ASSERT_TRUE(pair.turn_until(Step::too_large));

  EXPECT_LE(pair.relay.moved(), 100'000u);
}

TEST(Pipes, AnEmptyOneIsGivenAgain) {
  Pipes pipes;
  Pipe first = pipes.take();
  ASSERT_TRUE(first.is_open());
  EXPECT_EQ(pipes.in_use(), 1u);

  first.release();

  EXPECT_FALSE(first.is_open());
  EXPECT_EQ(pipes.in_use(), 0u);
  EXPECT_TRUE(pipes.take().is_open());
}

}  // namespace
}  // namespace gapura::proxy
