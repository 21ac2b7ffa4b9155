// How one direction of an exchange can go wrong, and what lies behind its end.
#include <gtest/gtest.h>
#include <string>

#include "tests/unit/proxy/relay_pair.h"

namespace gapura::proxy {
namespace {

using Step = Relay::Step;

std::string text(std::span<char> bytes) {
  return {bytes.begin(), bytes.end()};
}

TEST(RelayEnd, FindsWhatIsBehindALength) {
  RelayPair pair;

  EXPECT_EQ(pair.begin(length(5), false, "H", "helloGET /next"), Step::done);

  EXPECT_EQ(text(pair.relay.excess()), "GET /next");
}

TEST(RelayEnd, FindsWhatWasReadBehindALength) {
  RelayPair pair;
  pair.begin(length(5), false);
  pair.says("helloGET /next");

  ASSERT_TRUE(pair.turn_until(Step::done));

  EXPECT_EQ(text(pair.relay.excess()), "GET /next");
  ASSERT_TRUE(pair.turn_until_heard(5));
  EXPECT_EQ(pair.heard, "hello");
}

TEST(RelayEnd, FindsWhatIsBehindTheLastChunk) {
  RelayPair there;
  EXPECT_EQ(there.begin(kChunked, true, "H", "1\r\nx\r\n0\r\n\r\nGET /next"), Step::done);
  EXPECT_EQ(text(there.relay.excess()), "GET /next");

  RelayPair read;
  read.begin(kChunked, true);
  read.says("1\r\nx\r\n0\r\n\r\nGET /next");
  ASSERT_TRUE(read.turn_until(Step::done));
  EXPECT_EQ(text(read.relay.excess()), "GET /next");
}

TEST(RelayEnd, SaysThatABodyIsBadInWhatIsAlreadyThere) {
  RelayPair pair;

  EXPECT_EQ(pair.begin(kChunked, true, "HEAD", "1\r\nxx\r\n"), Step::source_bad);

  EXPECT_EQ(pair.relay.step(), Step::source_bad);
  EXPECT_EQ(pair.relay.moved(), 0u);
}

TEST(RelayEnd, SaysThatABodyIsBadInWhatIsRead) {
  RelayPair pair;
  pair.begin(kChunked, true);
  pair.says("1\r\nx\r\nno size");

  EXPECT_TRUE(pair.turn_until(Step::source_bad));
  EXPECT_FALSE(pair.relay.is_done());
}

TEST(RelayEnd, FailsWhenTheSourceEndsBeforeItsBody) {
  for (const Framing framing : {length(10), kChunked}) {
    RelayPair pair;
    pair.begin(framing, false);
    pair.says("5\r\nhell", /*ends=*/true);

    EXPECT_TRUE(pair.turn_until(Step::source_failed));
  }
}

TEST(RelayEnd, FailsWhenTheSourceIsReset) {
  for (const Framing framing : {length(10), kChunked, kUntilClose}) {
    RelayPair pair;
    pair.begin(framing, true);
    pair.sender.reset();

    EXPECT_TRUE(pair.turn_until(Step::source_failed));
  }
}

TEST(RelayEnd, FailsWhenTheSinkIsReset) {
  RelayPair pair;
  const std::size_t bytes = 64 << 20;
  pair.begin(length(bytes), false);
  pair.says(std::string(bytes, 'x'));
  pair.is_reading = false;
  ASSERT_TRUE(pair.turn_until(Step::wait_sink));

  pair.receiver.reset();

  EXPECT_TRUE(pair.turn_until(Step::sink_failed));
}

TEST(RelayEnd, FailsWhenTheSinkIsGoneBeforeTheHead) {
  RelayPair pair;
  pair.receiver.reset();
  ASSERT_TRUE(gapura::test::run_until(
      pair.loop, [&] { return pair.begin(length(1), false, "HEAD") == Step::sink_failed; }));

  EXPECT_EQ(pair.relay.step(), Step::sink_failed);
}

TEST(RelayEnd, IsForgottenForTheNextAttempt) {
  RelayPair pair;
  const std::size_t stuffed = pair.fill_sink();
  ASSERT_EQ(pair.begin(length(9), false, "FIRST", "abc"), Step::wait_sink);

  pair.relay.reset();

  EXPECT_FALSE(pair.relay.has_begun());
  EXPECT_FALSE(pair.relay.has_read());
  EXPECT_EQ(pair.relay.advance(), Step::done);
  ASSERT_TRUE(pair.turn_until_heard(stuffed));
  EXPECT_EQ(pair.begin(length(3), false, "SECOND", "abc"), Step::done);
  ASSERT_TRUE(pair.turn_until_heard(stuffed + 9));
  EXPECT_EQ(pair.heard.substr(stuffed), "SECONDabc");
}

}  // namespace
}  // namespace gapura::proxy
