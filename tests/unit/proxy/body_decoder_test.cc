#include "proxy/body_decoder.h"

#include <gtest/gtest.h>
#include <string>
#include <string_view>

namespace gapura::proxy {
namespace {

using namespace std::string_literals;

/// A decoder that is fed, and what came out of it.
struct Fed {
  explicit Fed(Framing framing) : decoder(framing) {}

  /// Feeds until the body ends or is bad; what was not consumed is `left`.
  void feed(std::string bytes) {
    if (decoder.is_done() || decoder.is_bad()) {
      left += bytes;
      return;
    }
    const BodyDecoder::Taken taken = decoder.decode(bytes);
    ASSERT_LE(taken.payload, taken.consumed);
    ASSERT_LE(taken.consumed, bytes.size());
    payload += bytes.substr(0, taken.payload);
    left += bytes.substr(taken.consumed);
  }
  std::string verdict() const {
    return decoder.is_bad() ? "bad" : decoder.is_done() ? "done" : "open";
  }

  BodyDecoder decoder;
  std::string payload;
  std::string left;
};

constexpr Framing kChunked{.kind = BodyKind::chunked};

Fed chunked_at_once(const std::string& bytes) {
  Fed fed(kChunked);
  fed.feed(bytes);
  return fed;
}
std::string verdict_of(const std::string& bytes) {
  return chunked_at_once(bytes).verdict();
}

TEST(BodyDecoder, IsDoneWithoutABody) {
  EXPECT_TRUE(BodyDecoder().is_done());
  EXPECT_TRUE(BodyDecoder(Framing{}).is_done());
  EXPECT_TRUE(BodyDecoder(Framing{.kind = BodyKind::length, .length = 0}).is_done());

  Fed none{Framing{}};
  std::string next = "GET /";
  EXPECT_EQ(none.decoder.decode(next).consumed, 0u);
}

TEST(BodyDecoder, TakesAsManyBytesAsTheLengthSays) {
  Fed fed(Framing{.kind = BodyKind::length, .length = 5});
  EXPECT_FALSE(fed.decoder.may_end_here());

  fed.feed("ab");
  EXPECT_EQ(fed.verdict(), "open");
  fed.feed("cdeNEXT");

  EXPECT_EQ(fed.verdict(), "done");
  EXPECT_EQ(fed.payload, "abcde");
  EXPECT_EQ(fed.left, "NEXT");
  EXPECT_TRUE(fed.decoder.may_end_here());
}

TEST(BodyDecoder, DoesNotEndALengthWithTheStream) {
  BodyDecoder decoder(Framing{.kind = BodyKind::length, .length = 5});
  decoder.end_of_stream();
  EXPECT_FALSE(decoder.is_done());
}

// RFC 9112 6.3, 8.
TEST(BodyDecoder, TakesEverythingUntilTheClose) {
  Fed fed(Framing{.kind = BodyKind::until_close});
  fed.feed("abc");
  fed.feed("0\r\n\r\n");

  EXPECT_EQ(fed.verdict(), "open");
  EXPECT_TRUE(fed.decoder.may_end_here());
  EXPECT_EQ(fed.payload, "abc0\r\n\r\n");
  fed.decoder.end_of_stream();
  EXPECT_EQ(fed.verdict(), "done");
}

TEST(BodyDecoder, TakesChunksApart) {
  const Fed fed =
      chunked_at_once("5\r\nhello\r\n1\r\n \r\n0A\r\n\r\n0\r\n\r\nabc\r\n0\r\n\r\nNEXT");

  EXPECT_EQ(fed.verdict(), "done");
  EXPECT_EQ(fed.payload, "hello \r\n0\r\n\r\nabc");
  EXPECT_EQ(fed.left, "NEXT");
}

TEST(BodyDecoder, ReadsSizesInEitherCaseAndWithLeadingZeros) {
  const std::string ten(10, 'x');
  for (const char* size : {"a", "A", "0a", "0000000000000000000A"}) {
    const Fed fed = chunked_at_once(std::string(size) + "\r\n" + ten + "\r\n0\r\n\r\n");
    EXPECT_EQ(fed.verdict(), "done") << size;
    EXPECT_EQ(fed.payload, ten) << size;
  }
}

TEST(BodyDecoder, GivesTheSameAtEverySplit) {
  const std::string body =
      "3;a=\"b\"\r\nabc\r\n1F\r\n0123456789012345678901234567890\r\n000;x\r\nT: v\r\nU: "
      "w\r\n\r\nNEXT";
  const Fed whole = chunked_at_once(body);
  ASSERT_EQ(whole.verdict(), "done");

  for (std::size_t first = 0; first <= body.size(); ++first) {
    for (std::size_t second = first; second <= body.size(); ++second) {
      Fed fed(kChunked);
      fed.feed(body.substr(0, first));
      fed.feed(body.substr(first, second - first));
      fed.feed(body.substr(second));
      ASSERT_EQ(fed.verdict(), "done") << first << " " << second;
      ASSERT_EQ(fed.payload, whole.payload) << first << " " << second;
      ASSERT_EQ(fed.left, "NEXT") << first << " " << second;
    }
  }
  Fed bytes(kChunked);
  for (const char c : body) bytes.feed(std::string(1, c));
  EXPECT_EQ(bytes.payload, whole.payload);
}

// RFC 9112 7.1.1: a recipient must ignore extensions that it does not know.
TEST(BodyDecoder, DropsExtensions) {
  const Fed fed = chunked_at_once("2;a\r\nhi\r\n1;b=c;d=\"\xc3\xa9;\t\"\r\n!\r\n0;end\r\n\r\n");

  EXPECT_EQ(fed.verdict(), "done");
  EXPECT_EQ(fed.payload, "hi!");
}

// RFC 9110 6.5.1: what frames, routes or authenticates has no place behind the content.
TEST(BodyDecoder, KeepsTheTrailersThatMayBePassedOn) {
  const std::string body =
      "1\r\nx\r\n0\r\nContent-Length: 9\r\nX: \ty\r\nHost: b\r\nauthorization: me\r\n"
      "X-Forwarded-For: 1.1.1.1\r\nTransfer-Encoding: chunked\r\nSum:\r\n\r\nNEXT";
  const Fed fed = chunked_at_once(body);
  EXPECT_EQ(fed.verdict(), "done");
  EXPECT_EQ(fed.payload, "x");
  EXPECT_EQ(fed.left, "NEXT");
  EXPECT_EQ(fed.decoder.trailers(), "X: \ty\r\nSum:\r\n");

  Fed dribbled(kChunked);
  for (const char c : body.substr(0, body.size() - 4)) dribbled.feed(std::string(1, c));
  EXPECT_EQ(dribbled.verdict(), "done");
  EXPECT_EQ(dribbled.decoder.trailers(), fed.decoder.trailers());
}

TEST(BodyDecoder, RefusesTrailersThatAreNoFields) {
  for (const char* line : {"no colon", ": x", "a b: c", "a : b", "\xc3\xa9: x"}) {
    EXPECT_EQ(verdict_of("0\r\n"s + line + "\r\n\r\n"), "bad") << line;
  }
}

// RFC 9112 7.1, to the letter: anything else is where two parsers would differ.
TEST(BodyDecoder, RefusesWhatIsNotFramedToTheLetter) {
  for (const std::string& body : {"\r\n"s,          "g\r\n"s,           " 5\r\n"s,
                                  "5 \r\n"s,        "5\t;x\r\n"s,       "+5\r\n"s,
                                  "-1\r\n"s,        "0x5\r\n"s,         ";x\r\n"s,
                                  "5\nhello"s,      "5\rhello"s,        "5\r\r\n"s,
                                  "5;a\nhello"s,    "5;a\r\r"s,         "5;\0\r\n"s,
                                  "5;\x7f\r\n"s,    "5\r\nhelloX"s,     "5\r\nhello\n"s,
                                  "5\r\nhello\rX"s, "5\r\nhello5\r\n"s, "5\r\nhello\r\n\r\n"s,
                                  "0\r\n\n"s,       "0\r\n\rX"s,        "0\nX"s,
                                  "0\r\nA: b\n"s,   "0\r\nA: b\rX"s,    "0\r\n folded: b"s,
                                  "0\r\n\tx"s,      "0\r\nA: \0"s,      "0\r\nA: b\r\n folded"s,
                                  "0\r\n\x01"s,     ""s + "\0"s,        "\x80"s}) {
    EXPECT_EQ(verdict_of(body), "bad") << testing::PrintToString(body);
  }
}

TEST(BodyDecoder, StaysBad) {
  Fed fed(kChunked);
  fed.feed("x");
  std::string more = "5\r\nhello\r\n0\r\n\r\n";

  EXPECT_EQ(fed.decoder.decode(more).payload, 0u);

  EXPECT_TRUE(fed.decoder.is_bad());
  EXPECT_FALSE(fed.decoder.may_end_here());
}

TEST(BodyDecoder, DoesNotEndChunksWithTheStream) {
  for (const char* body : {"", "5", "5\r\nhel", "5\r\nhello\r\n", "0\r\n", "0\r\n\r"}) {
    Fed fed(kChunked);
    fed.feed(body);
    EXPECT_FALSE(fed.decoder.may_end_here()) << body;
  }
}

TEST(BodyDecoder, RefusesSizesThatCouldOverflow) {
  EXPECT_EQ(verdict_of("fffffffffffffff\r\n"), "open");   // 2^60 - 1
  EXPECT_EQ(verdict_of("1000000000000000\r\n"), "bad");   // 2^60
  EXPECT_EQ(verdict_of("ffffffffffffffff\r\n"), "bad");   // 2^64 - 1
  EXPECT_EQ(verdict_of("10000000000000005\r\n"), "bad");  // 2^64 + 5
}

// CVE-2023-39326, CVE-2024-22019: framing without content must not go on for ever.
TEST(BodyDecoder, LimitsExtensionsAndTrailersTogether) {
  const std::string most = "e:" + std::string(16 * 1024 - 2, 'e');
  EXPECT_EQ(verdict_of("1;" + most + "\r\nx\r\n0\r\n\r\n"), "done");
  EXPECT_EQ(verdict_of("1;" + most + "e"), "bad");
  EXPECT_EQ(verdict_of("0\r\n" + most + "\r\n\r\n"), "done");
  EXPECT_EQ(verdict_of("0\r\n" + most + "e"), "bad");
  EXPECT_EQ(verdict_of("1;" + most + "\r\nx\r\n0\r\nT"), "bad");
}

TEST(BodyDecoder, LimitsLeadingZeros) {
  EXPECT_EQ(verdict_of(std::string(1'000, '0') + "1\r\nx\r\n0\r\n\r\n"), "done");
  EXPECT_EQ(verdict_of(std::string(20'000, '0')), "bad");
}

TEST(BodyDecoder, TakesABodyOfManyTinyChunks) {
  std::string body;
  for (int i = 0; i < 50'000; ++i) body += "1\r\nx\r\n";

  const Fed fed = chunked_at_once(body + "0\r\n\r\n");

  EXPECT_EQ(fed.verdict(), "done");
  EXPECT_EQ(fed.payload, std::string(50'000, 'x'));
}

}  // namespace
}  // namespace gapura::proxy
