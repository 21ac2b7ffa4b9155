// The response head that a client gets, and the answers that are our own.
#include <gtest/gtest.h>
#include <string>

#include "proxy/failure.h"
#include "proxy/head_writer.h"
#include "proxy/http_date.h"
#include "tests/unit/proxy/parsed_heads.h"

namespace gapura::proxy {
namespace {

using namespace std::string_literals;

std::string response(const std::string& response, const ResponseRendering& rendering = {}) {
  const ParsedResponse parsed(response);
  EXPECT_EQ(verdict(parsed.result), "complete") << response;
  if (!parsed.is_complete()) return {};
  HeadText out;
  write_response_head(out, parsed.head, rendering);
  return std::string(out.view());
}

std::string own(const OwnAnswer& answer) {
  HeadText out;
  write_own_answer(out, answer);
  return std::string(out.view());
}

TEST(ResponseWriter, PassesLinesAsTheyAre) {
  const std::string head =
      "HTTP/1.1 404 Nothing to see\r\nserver:  x \r\nSet-Cookie: a\r\nset-cookie:\tb\xc3\xa9\r\n"
      "Empty:\r\nContent-Length: 3\r\n\r\n";

  EXPECT_EQ(response(head), head);
}

TEST(ResponseWriter, SpeaksVersion11) {
  EXPECT_EQ(response("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
}

TEST(ResponseWriter, KeepsTheSpaceBeforeAnEmptyReason) {  // RFC 9112 4
  EXPECT_EQ(response("HTTP/1.1 200\r\nA: b\r\n\r\n"), "HTTP/1.1 200 \r\nA: b\r\n\r\n");
}

// RFC 9110 7.6.1.
TEST(ResponseWriter, RemovesHopByHopFieldsAndWhatConnectionNames) {
  EXPECT_EQ(response(response_with(
                "Connection: keep-alive, X-One\r\nA: 1\r\nKeep-Alive: timeout=5\r\nX-One: 1\r\n"
                "Proxy-Connection: close\r\nTrailer: X\r\nB: 2\r\nUpgrade: h2\r\n"
                "Transfer-Encoding: chunked\r\n")),
            response_with("A: 1\r\nB: 2\r\n"));
}

TEST(ResponseWriter, KeepsTheLengthThatConnectionNames) {
  EXPECT_EQ(response(response_with("Connection: content-length\r\nContent-Length: 3\r\n")),
            response_with("Content-Length: 3\r\n"));
}

TEST(ResponseWriter, PassesFieldsThatAreForwardedOnlyInRequests) {
  EXPECT_EQ(response(response_with("X-Forwarded-Proto: https\r\nTE: x\r\n")),
            response_with("X-Forwarded-Proto: https\r\nTE: x\r\n"));
}

// RFC 9110 6.6.1: a recipient with a clock adds the Date that is missing.
TEST(ResponseWriter, AddsADateOnlyWhereNoneIs) {
  EXPECT_EQ(response(response_with("A: b\r\n"), {.date = "now"}),
            response_with("A: b\r\nDate: now\r\n"));
  EXPECT_EQ(response(response_with("dAtE: then\r\n"), {.date = "now"}),
            response_with("dAtE: then\r\n"));
  EXPECT_EQ(response(response_with("A: b\r\n")), response_with("A: b\r\n"));
}

TEST(ResponseWriter, SaysHowTheBodyIsFramed) {
  EXPECT_EQ(response(response_with("Transfer-Encoding: chunked\r\nA: b\r\n"), {.chunks = true}),
            response_with("A: b\r\nTransfer-Encoding: chunked\r\n"));
  // RFC 9110 8.6: no Content-Length in 1xx and 204.
  EXPECT_EQ(response("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nA: b\r\n\r\n",
                     {.drop_length = true}),
            "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n");
}

TEST(ResponseWriter, SaysWhatBecomesOfTheConnection) {
  EXPECT_EQ(response(response_with(""), {.say_close = true}),
            response_with("Connection: close\r\n"));
  EXPECT_EQ(response(response_with(""), {.say_keep_alive = true}),
            response_with("Connection: keep-alive\r\n"));
  EXPECT_EQ(response(response_with("Connection: close\r\n")), response_with(""));
}

TEST(ResponseWriter, PassesAnUpgradeOn) {
  EXPECT_EQ(response("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
                     {.drop_length = true, .upgrade = true}),
            "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\n\r\n");
}

TEST(OwnAnswer, HasALengthADateAndItsText) {
  EXPECT_EQ(own({.status = 404, .body = "404 page not found\n", .date = "now"}),
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "X-Content-Type-Options: nosniff\r\nDate: now\r\nContent-Length: 19\r\n\r\n"
            "404 page not found\n");
}

TEST(OwnAnswer, HasNoBodyForHeadButItsLength) {  // RFC 9110 9.3.2
  const std::string text =
      own({.status = 503, .body = "abc", .is_head_request = true, .date = "d"});

  EXPECT_TRUE(text.ends_with("\r\n\r\n")) << text;
  EXPECT_NE(text.find("\r\nContent-Length: 3\r\n"), std::string::npos) << text;
}

TEST(OwnAnswer, SaysWhatBecomesOfTheConnectionAndMore) {
  const std::string closes = own({.status = 400, .say_close = true, .date = "d"});
  EXPECT_NE(closes.find("\r\nConnection: close\r\n\r\n"), std::string::npos) << closes;

  const std::string stays = own(
      {.status = 503, .say_keep_alive = true, .date = "d", .extra_fields = "Retry-After: 1\r\n"});
  EXPECT_NE(stays.find("\r\nRetry-After: 1\r\nConnection: keep-alive\r\n\r\n"), std::string::npos);
}

TEST(OwnAnswer, IsAResponseThatWeWouldTakeOurselves) {
  for (const FailureRow& what : kFailureTable) {
    if (what.status == 0) continue;
    const ParsedResponse parsed(own({.status = what.status, .body = what.body, .date = "d"}));
    ASSERT_TRUE(parsed.is_complete()) << what.name;
    EXPECT_EQ(parsed.head.status, what.status);
    EXPECT_NE(parsed.head.reason, "Unknown") << what.name;
    EXPECT_EQ(parsed.text.size() - parsed.result.bytes, what.body.size());
  }
  EXPECT_EQ(reason_of(299), "Unknown");
}

TEST(HttpDate, HasTheFormThatHttpWants) {  // RFC 9110 5.6.7
  HttpDate date;
  const std::string text(date.now());

  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  ASSERT_NE(end, nullptr) << text;
  EXPECT_EQ(*end, '\0');
  EXPECT_EQ(text.size(), 29u);
  EXPECT_LE(std::abs(std::difftime(::timegm(&parts), std::time(nullptr))), 2.0);
}

}  // namespace
}  // namespace gapura::proxy
