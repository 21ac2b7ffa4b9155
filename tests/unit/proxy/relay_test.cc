#include "proxy/relay.h"

#include <gtest/gtest.h>
#include <string>

#include "tests/support/checked_body.h"
#include "tests/unit/proxy/relay_pair.h"

namespace gapura::proxy {
namespace {

using gapura::test::pattern;
using Step = Relay::Step;

/// A body in chunks of a few odd sizes.
std::string in_chunks(std::string_view body, std::size_t bytes = 7'919) {
  std::string out;
  char size[32];
  while (!body.empty()) {
    const std::string_view chunk = body.substr(0, bytes);
    std::snprintf(size, sizeof size, "%zx;ext=1\r\n", chunk.size());
    out.append(size).append(chunk).append("\r\n");
    body.remove_prefix(chunk.size());
  }
  return out + "0\r\nTrailer: x\r\n\r\n";
}

/// What a chunked body says; fails when it is not framed to the letter or goes on behind its end.
std::string out_of_chunks(std::string text) {
  BodyDecoder decoder(kChunked);
  const BodyDecoder::Taken taken = decoder.decode(text);
  EXPECT_TRUE(decoder.is_done());
  EXPECT_EQ(taken.consumed, text.size());
  return text.substr(0, taken.payload);
}

TEST(Relay, IsDoneAtOnceWhenEverythingIsThere) {
  RelayPair pair;

  EXPECT_EQ(pair.begin(length(5), false, "HEAD\r\n\r\n", "hello"), Step::done);

  EXPECT_TRUE(pair.relay.is_done());
  EXPECT_FALSE(pair.relay.has_read());
  EXPECT_TRUE(pair.relay.excess().empty());
  EXPECT_EQ(pair.relay.payload_bytes(), 5u);
  ASSERT_TRUE(pair.turn_until_heard(13));
  EXPECT_EQ(pair.heard, "HEAD\r\n\r\nhello");
}

TEST(Relay, PassesAHeadWithoutABody) {
  RelayPair pair;

  EXPECT_EQ(pair.begin(Framing{}, false, "HEAD\r\n\r\n", "GET /next"), Step::done);

  EXPECT_EQ(std::string(pair.relay.excess().begin(), pair.relay.excess().end()), "GET /next");
  ASSERT_TRUE(pair.turn_until_heard(8));
  EXPECT_EQ(pair.heard, "HEAD\r\n\r\n");
}

TEST(Relay, WaitsForTheSourceAfterTheHead) {
  RelayPair pair;

  EXPECT_EQ(pair.begin(length(5), false, "HEAD"), Step::wait_source);
  EXPECT_EQ(pair.relay.advance(), Step::wait_source);

  EXPECT_FALSE(pair.relay.has_read());
  EXPECT_TRUE(pair.relay.has_begun());
}

/// What is so for bytes that are copied is so for those that are spliced.
class EitherWay : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Relay, EitherWay, testing::Bool(), [](const auto& one) {
  return one.param ? std::string("Spliced") : std::string("Copied");
});

TEST_P(EitherWay, MovesBodiesOfManySizes) {
  for (const std::size_t bytes : {1u, 2u, 16'383u, 16'384u, 16'385u, 65'536u, 65'537u, 262'144u,
                                  262'145u, 1'048'576u, 5'000'001u}) {
    RelayPair pair(GetParam());
    const std::string body = pattern(bytes, 0, bytes);
    pair.begin(length(bytes), false, "HEAD", body.substr(0, bytes / 3));
    pair.says(body.substr(bytes / 3));

    ASSERT_TRUE(pair.turn_until(Step::done)) << bytes;
    ASSERT_TRUE(pair.turn_until_heard(bytes + 4)) << bytes;

    EXPECT_TRUE(pair.heard == "HEAD" + body) << bytes;
    EXPECT_EQ(pair.relay.payload_bytes(), bytes);
    EXPECT_EQ(pair.relay.moved(), bytes + 4);
    EXPECT_TRUE(pair.relay.has_read());
  }
}

TEST(Relay, TakesChunksApart) {  // for an HTTP/1.0 client
  RelayPair pair;
  const std::string body = pattern(1, 0, 1'000'003);
  pair.begin(kChunked, false, "HEAD");
  pair.says(in_chunks(body));

  ASSERT_TRUE(pair.turn_until(Step::done));
  ASSERT_TRUE(pair.turn_until_heard(body.size() + 4));

  EXPECT_TRUE(pair.heard == "HEAD" + body);
  EXPECT_EQ(pair.relay.payload_bytes(), body.size());
}

TEST(Relay, PutsChunksTogetherAnew) {
  for (const std::size_t bytes : {0u, 1u, 10'000u, 1'000'003u}) {
    RelayPair pair;
    const std::string body = pattern(2, 0, bytes);
    pair.begin(kChunked, true);
    pair.says(in_chunks(body));

    ASSERT_TRUE(pair.turn_until(Step::done)) << bytes;
    ASSERT_TRUE(pair.turn_until([&] { return pair.heard.ends_with("0\r\n\r\n"); })) << bytes;

    EXPECT_TRUE(out_of_chunks(pair.heard) == body) << bytes;
  }
}

TEST(Relay, PutsABodyThatEndsWithTheStreamIntoChunks) {
  for (const std::size_t bytes : {0u, 1u, 1'000'003u}) {
    RelayPair pair;
    const std::string body = pattern(3, 0, bytes);
    pair.begin(kUntilClose, true);
    pair.says(body, /*ends=*/true);

    ASSERT_TRUE(pair.turn_until(Step::done)) << bytes;
    ASSERT_TRUE(pair.turn_until([&] { return pair.heard.ends_with("0\r\n\r\n"); })) << bytes;

    EXPECT_TRUE(out_of_chunks(pair.heard) == body) << bytes;
  }
}

TEST(Relay, PassesABodyThatEndsWithTheStreamAsItIs) {
  RelayPair pair;
  const std::string body = pattern(4, 0, 300'000);
  pair.begin(kUntilClose, false);
  pair.says(body, /*ends=*/true);

  ASSERT_TRUE(pair.turn_until(Step::done));
  ASSERT_TRUE(pair.turn_until_heard(body.size()));

  EXPECT_TRUE(pair.heard == body);
}

TEST(Relay, WritesTheLastChunkOnce) {
  RelayPair pair;
  const std::size_t stuffed = pair.fill_sink();
  pair.is_reading = false;

  ASSERT_EQ(pair.begin(kChunked, true, "HEAD", "1\r\nx\r\n0\r\n\r\n"), Step::wait_sink);
  EXPECT_EQ(pair.relay.advance(), Step::wait_sink);
  pair.is_reading = true;
  ASSERT_TRUE(pair.turn_until(Step::done));
  EXPECT_EQ(pair.relay.advance(), Step::done);

  ASSERT_TRUE(pair.turn_until_heard(stuffed + 15));
  EXPECT_EQ(pair.heard.substr(stuffed), "HEAD1\r\nx\r\n0\r\n\r\n");
}

TEST_P(EitherWay, HoldsTheSourceBackWhileTheSinkIsSlow) {
  RelayPair pair(GetParam());
  const std::string body = pattern(5, 0, 48 << 20);
  pair.begin(length(body.size()), false);
  pair.says(body);
  pair.is_reading = false;

  // The kernel's buffers grow for a while; then nothing moves any more.
  int still = 0;
  std::uint64_t read = 0;
  ASSERT_TRUE(pair.turn_until([&] {
    EXPECT_LE(pair.relay.payload_bytes() - pair.relay.moved(), RelayPair::kScratchBytes);
    still = pair.relay.payload_bytes() == read ? still + 1 : 0;
    read = pair.relay.payload_bytes();
    return still == 200 && pair.step == Step::wait_sink;
  }));
  EXPECT_FALSE(pair.to_say.empty());

  pair.is_reading = true;
  ASSERT_TRUE(pair.turn_until(Step::done));
  ASSERT_TRUE(pair.turn_until_heard(body.size()));
  EXPECT_TRUE(pair.heard == body);
}

TEST_P(EitherWay, GivesOthersATurnAfterAMegabyte) {
  RelayPair pair(GetParam());
  const std::string body = pattern(7, 0, 64 << 20);
  pair.begin(length(body.size()), false);
  pair.says(body);
  bool was_interrupted = false;
  std::uint64_t before = 0;

  ASSERT_TRUE(pair.turn_until([&] {
    const std::uint64_t got = pair.relay.payload_bytes() - before;
    before += got;
    // One call: a megabyte, and what the last read of it brought beyond.
    EXPECT_LE(got, (1u << 20) + RelayPair::kScratchBytes);
    if (pair.step == Step::again) {
      was_interrupted = true;
      EXPECT_GE(got, 1u << 20);
    }
    return pair.step == Step::done;
  }));

  EXPECT_TRUE(was_interrupted);
  ASSERT_TRUE(pair.turn_until_heard(body.size()));
  EXPECT_TRUE(pair.heard == body);
}

TEST_P(EitherWay, KeepsWhatWasSentBeforeTheMessageBeforeIt) {
  RelayPair pair(GetParam());
  const std::size_t stuffed = pair.fill_sink();
  pair.is_reading = false;
  const std::string interim(30'000, 'i');

  EXPECT_EQ(pair.relay.send(pair.sink, interim), Step::wait_sink);
  EXPECT_EQ(pair.relay.send(pair.sink, "second"), Step::wait_sink);
  EXPECT_EQ(pair.begin(length(100'000), false, "HEAD", std::string(50'000, 'a')), Step::wait_sink);
  pair.says(std::string(50'000, 'b'));
  pair.is_reading = true;
  ASSERT_TRUE(pair.turn_until(Step::done));

  const std::string expected =
      interim + "secondHEAD" + std::string(50'000, 'a') + std::string(50'000, 'b');
  ASSERT_TRUE(pair.turn_until_heard(stuffed + expected.size()));
  EXPECT_TRUE(pair.heard.substr(stuffed) == expected);
}

TEST(Relay, SendsAnAnswerOfItsOwn) {
  RelayPair pair;

  EXPECT_EQ(pair.relay.send(pair.sink, "HTTP/1.1 404 Not Found\r\n\r\n"), Step::done);
  EXPECT_EQ(pair.relay.advance(), Step::done);

  ASSERT_TRUE(pair.turn_until_heard(26));
  EXPECT_FALSE(pair.relay.has_begun());
}

// However many interim responses a target sends to a client that does not read: no size is a bug.
TEST(Relay, KeepsMoreThanThePoolsLargestBuffer) {
  RelayPair pair;
  const std::size_t stuffed = pair.fill_sink();
  const std::string block(200'000, 'i');
  for (int i = 0; i < 20; ++i) ASSERT_EQ(pair.relay.send(pair.sink, block), Step::wait_sink);

  ASSERT_TRUE(pair.turn_until_heard(stuffed + 20 * block.size()));

  EXPECT_EQ(pair.heard.size(), stuffed + 20 * block.size());
}

TEST(Relay, GoesOnAtAnotherSinkWithWhatIsKept) {
  const std::string body = pattern(1, 0, 300'000);
  for (const bool is_chunked : {false, true}) {
    RelayPair pair;
    BufferPool buffers;
    KeptBudget budget;
    KeptBytes kept(buffers, budget);
    kept.allow(body.size());
    pair.relay.keep_in(&kept);
    pair.begin(is_chunked ? kChunked : length(body.size()), is_chunked, "FIRST\r\n\r\n");
    const std::string sent = is_chunked ? in_chunks(body) : body;
    pair.says(sent.substr(0, sent.size() / 2));
    ASSERT_TRUE(
        pair.turn_until([&] { return pair.to_say.empty() && pair.heard.size() > 100'000; }));
    auto [near, far] = gapura::test::tcp_pair();
    Channel other;
    other.open(pair.loop, near.release());
    pair.receiver = std::move(far);
    pair.heard.clear();

    pair.relay.resume(other, "SECOND\r\n\r\n", kept.bytes());
    pair.says(sent.substr(sent.size() / 2));

    ASSERT_TRUE(pair.turn_until(Step::done));
    ASSERT_TRUE(pair.turn_until_heard(10 + body.size()));
    EXPECT_EQ(pair.heard.substr(0, 10), "SECOND\r\n\r\n");
    const std::string heard = pair.heard.substr(10);
    EXPECT_TRUE((is_chunked ? out_of_chunks(heard) : heard) == body);
    EXPECT_EQ(pair.relay.payload_bytes(), body.size());
    pair.relay.reset();
  }
}

}  // namespace
}  // namespace gapura::proxy
