// What delimits a body (RFC 9112 6) and what becomes of the connection (RFC 9112 9).
#include <array>
#include <gtest/gtest.h>
#include <string>

#include "tests/unit/proxy/parsed_heads.h"

namespace gapura::proxy {
namespace {

using namespace std::string_literals;

TEST(Framing, RequestWithoutFramingFieldsHasNoBody) {  // RFC 9112 6.3, 7.
  const ParsedRequest request(post_with(""));

  ASSERT_TRUE(request.is_complete());
  EXPECT_EQ(request.head.framing.kind, BodyKind::none);
}

TEST(Framing, ReadsContentLength) {
  const std::array<std::pair<const char*, std::uint64_t>, 4> cases{
      {{"1", 1},
       {"007", 7},
       {"4294967296", 4'294'967'296},
       {"999999999999999999", 999'999'999'999'999'999}}};
  for (const auto& [text, length] : cases) {
    const ParsedRequest request(post_with("Content-Length: "s + text + "\r\n"));
    ASSERT_TRUE(request.is_complete()) << text;
    EXPECT_EQ(request.head.framing.kind, BodyKind::length);
    EXPECT_EQ(request.head.framing.length, length);
  }
}

TEST(Framing, LengthOfZeroIsNoBody) {
  const ParsedRequest request(post_with("Content-Length: 0\r\n"));

  ASSERT_TRUE(request.is_complete());
  EXPECT_EQ(request.head.framing.kind, BodyKind::none);
}

// RFC 9112 6.3, 5: an invalid Content-Length is unrecoverable.
TEST(Framing, RefusesLengthsThatAreNotDigitsOnly) {
  for (const char* text :
       {"", "+5", "-5", "5 5", "0x5", "5.0", "5,5", "5, 5", "five", "5;", "5\t5",
        "1000000000000000000", "18446744073709551616", "99999999999999999999999999"}) {
    EXPECT_EQ(verdict_of_request(post_with("Content-Length: "s + text + "\r\n")), "bad_framing")
        << text;
    EXPECT_EQ(verdict_of_response(response_with("Content-Length: "s + text + "\r\n")),
              "bad_response")
        << text;
  }
}

// RFC 9112 6.3, 5 allows equal ones to be merged; nobody needs that, so we do not.
TEST(Framing, RefusesRepeatedLengths) {
  EXPECT_EQ(verdict_of_request(post_with("Content-Length: 5\r\nContent-Length: 5\r\n")),
            "bad_framing");
  EXPECT_EQ(verdict_of_request(post_with("Content-Length: 5\r\ncontent-length: 6\r\n")),
            "bad_framing");
  EXPECT_EQ(verdict_of_response(response_with("Content-Length: 5\r\nContent-Length: 5\r\n")),
            "bad_response");
}

TEST(Framing, ReadsChunkedInAnyCase) {
  for (const char* text : {"chunked", "Chunked", "CHUNKED", " \tchunked\t "}) {
    const ParsedRequest request(post_with("tRANSFER-eNCODING: "s + text + "\r\n"));
    ASSERT_TRUE(request.is_complete()) << text;
    EXPECT_EQ(request.head.framing.kind, BodyKind::chunked);
  }
}

// RFC 9112 6.1: 501 for a coding that is not understood.
TEST(Framing, RefusesOtherTransferCodings) {
  const auto expect_refused = [](const char* text, const char* verdict) {
    const std::string line = "Transfer-Encoding: "s + text + "\r\n";
    EXPECT_EQ(verdict_of_request(post_with(line)), verdict) << text;
    EXPECT_EQ(verdict_of_response(response_with(line)), "bad_response") << text;
  };
  for (const char* text : {"gzip, chunked", "chunked, chunked", ",chunked", "identity,\tchunked"}) {
    expect_refused(text, "unknown_coding");
  }
  // RFC 9112 6.3: where the body ends is then anybody's guess.
  for (const char* text : {"gzip", "chunked, gzip", "identity", "xchunked", "chunked;q=1",
                           "\"chunked\"", "", "chunked,", "chunked\x80", "chun ked",
                           "chunked, identity", "chunked\r\nTransfer-Encoding: gzip"}) {
    expect_refused(text, "bad_framing");
  }
}

// RFC 9112 6.1, 6.3: both framings are an attack or a fault; so is the same one twice.
TEST(Framing, RefusesTwoFramings) {
  const std::string both = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n";
  const std::string also = "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n";
  const std::string twice = "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n";
  for (const std::string& lines : {both, also, twice}) {
    EXPECT_EQ(verdict_of_request(post_with(lines)), "bad_framing") << lines;
    EXPECT_EQ(verdict_of_response(response_with(lines)), "bad_response") << lines;
  }
}

// RFC 9112 6.1: HTTP/1.0 knows no transfer coding.
TEST(Framing, RefusesTransferEncodingInVersion10) {
  EXPECT_EQ(verdict_of_request("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "bad_framing");
  EXPECT_EQ(verdict_of_response("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "bad_response");
}

TEST(Framing, LooksAtNoFieldThatOnlyLooksAlike) {
  const ParsedRequest request(
      post_with("Content_Length: 5\r\nTransfer_Encoding: chunked\r\nX-Content-Length: 5\r\n"));

  ASSERT_TRUE(request.is_complete());
  EXPECT_EQ(request.head.framing.kind, BodyKind::none);
}

// RFC 9112 6.3, 8.
TEST(Framing, ResponseWithoutFramingFieldsEndsWithTheConnection) {
  const ParsedResponse response(response_with(""));
  ASSERT_TRUE(response.is_complete());
  EXPECT_EQ(response.head.framing.kind, BodyKind::until_close);

  const ParsedResponse empty(response_with("Content-Length: 0\r\n"));
  ASSERT_TRUE(empty.is_complete());
  EXPECT_EQ(empty.head.framing.kind, BodyKind::none);
}

// RFC 9112 9.3.
TEST(Persistence, IsTheRuleIn11AndTheExceptionIn10) {
  EXPECT_TRUE(ParsedRequest(request_with("")).head.persistence.may_persist());
  EXPECT_FALSE(ParsedRequest(request_with("Connection: close\r\n")).head.persistence.may_persist());
  EXPECT_FALSE(ParsedRequest(request_with("Connection: keep-alive\r\nConnection: x, CLOSE\r\n"))
                   .head.persistence.may_persist());
  EXPECT_FALSE(ParsedRequest("GET / HTTP/1.0\r\n\r\n").head.persistence.may_persist());
  EXPECT_TRUE(ParsedRequest("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
                  .head.persistence.may_persist());
  EXPECT_FALSE(ParsedRequest("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n")
                   .head.persistence.may_persist());
}

// RFC 9110 7.6.1: a list of tokens, empty elements allowed (5.6.1).
TEST(Persistence, CountsTheOtherFieldsThatConnectionNames) {
  const ParsedRequest request(request_with(
      "Connection: close, ,X-One,\tx-two ,,upgrade, keep-alive\r\nConnection: X-3\r\n"));

  ASSERT_TRUE(request.is_complete());
  EXPECT_EQ(request.head.named_by_connection, 3u);
  EXPECT_TRUE(is_named_by_connection(request.head.fields, "x-one"));
  EXPECT_TRUE(is_named_by_connection(request.head.fields, "X-Two"));
  EXPECT_TRUE(is_named_by_connection(request.head.fields, "x-3"));
  EXPECT_FALSE(is_named_by_connection(request.head.fields, "x-"));
  EXPECT_FALSE(is_named_by_connection(request.head.fields, ""));
}

TEST(Persistence, KnowsOfNamedFieldsHoweverManyThereAre) {
  std::string names = "a";
  for (int i = 0; i < 300; ++i) names += ",a";

  const ParsedRequest request(request_with("Connection: " + names + "\r\n"));

  EXPECT_NE(request.head.named_by_connection, 0u);
}

// RFC 9110 7.8.
TEST(Persistence, UpgradeNeedsBothFieldsAndVersion11) {
  const std::string both = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n";
  EXPECT_TRUE(ParsedRequest(request_with(both)).head.persistence.has_upgrade);
  EXPECT_FALSE(ParsedRequest(request_with("Connection: Upgrade\r\n")).head.persistence.has_upgrade);
  EXPECT_FALSE(ParsedRequest(request_with("Upgrade: websocket\r\n")).head.persistence.has_upgrade);
  EXPECT_FALSE(ParsedRequest(request_with("Connection: Upgrade\r\nUpgrade:\r\n"))
                   .head.persistence.has_upgrade);
  EXPECT_FALSE(ParsedRequest("GET / HTTP/1.0\r\n" + both + "\r\n").head.persistence.has_upgrade);
}

// RFC 9110 10.1.1.
TEST(Expectation, IsKnownInAnyCase) {
  EXPECT_TRUE(ParsedRequest(post_with("Expect: 100-Continue\r\n")).head.expects_continue);
  EXPECT_FALSE(ParsedRequest(post_with("Expect: 200-ok\r\n")).head.expects_continue);
  EXPECT_FALSE(ParsedRequest(post_with("")).head.expects_continue);
}

}  // namespace
}  // namespace gapura::proxy
