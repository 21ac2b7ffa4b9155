// RFC 9112 4 (status line) and what else only responses have.
#include <array>
#include <gtest/gtest.h>
#include <string>

#include "tests/unit/proxy/parsed_heads.h"

namespace gapura::proxy {
namespace {

using namespace std::string_literals;

TEST(ResponseHead, GivesViewsIntoTheBytes) {
  const ParsedResponse response(
      "HTTP/1.1 404 Not Found\r\nDate: x\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\n");

  ASSERT_TRUE(response.is_complete());
  EXPECT_EQ(response.head.status, 404u);
  EXPECT_EQ(response.head.reason, "Not Found");
  EXPECT_TRUE(response.head.has_date);
  EXPECT_EQ(response.head.framing.kind, BodyKind::length);
  EXPECT_EQ(response.head.framing.length, 3u);
  EXPECT_EQ(response.text.substr(response.result.bytes, 3), "abc");
}

TEST(ResponseHead, IsUsedAgainWithNothingLeftOfTheOneBefore) {
  const std::string first =
      "HTTP/1.0 500 X\r\nDate: x\r\nKeep-Alive: timeout=9\r\nConnection: close, a\r\n"
      "Content-Length: 3\r\n\r\n";
  const std::string second = "HTTP/1.1 200\r\n\r\n";
  ResponseHead head;

  ASSERT_EQ(parse_response_head(first, kPlenty, head).state, HeadState::complete);
  ASSERT_EQ(parse_response_head(second, kPlenty, head).state, HeadState::complete);

  EXPECT_EQ(head.status, 200u);
  EXPECT_EQ(head.reason, "");
  EXPECT_EQ(head.framing.kind, BodyKind::until_close);
  EXPECT_FALSE(head.has_date);
  EXPECT_EQ(head.keep_alive_timeout_s, 0u);
  EXPECT_EQ(head.named_by_connection, 0u);
  EXPECT_TRUE(head.persistence.may_persist());
}

// RFC 9112 4: the reason may be empty or hold anything printable; some leave out its space.
TEST(ResponseHead, TakesAnyReason) {
  const std::array<std::pair<std::string, std::string>, 5> cases{
      {{"HTTP/1.1 200", ""},
       {"HTTP/1.1 200 ", ""},
       {"HTTP/1.1 200  two ", " two "},
       {"HTTP/1.1 299 \xc3\xa9 \t!", "\xc3\xa9 \t!"},
       {"HTTP/1.0 200 OK", "OK"}}};
  for (const auto& [line, reason] : cases) {
    const ParsedResponse response(line + "\r\n\r\n");
    ASSERT_TRUE(response.is_complete()) << line;
    EXPECT_EQ(response.head.reason, reason) << line;
  }
}

TEST(ResponseHead, RefusesAMalformedStatusLine) {
  for (const std::string& line : {""s,
                                  "HTTP/1.1"s,
                                  "HTTP/1.1 "s,
                                  "HTTP/1.1 20"s,
                                  "HTTP/1.1 2000"s,
                                  "HTTP/1.1 2x0 OK"s,
                                  "HTTP/1.1  200 OK"s,
                                  "HTTP/1.1\t200 OK"s,
                                  "HTTP/1.1 200OK"s,
                                  "HTTP/1.1 200\tOK"s,
                                  "HTTP/1.1 099 X"s,
                                  "HTTP/1.1 000 X"s,
                                  "HTTP/2.0 200 OK"s,
                                  "HTTP/2 200 OK!!"s,
                                  "http/1.1 200 OK"s,
                                  "ICY 200 OK xxxx"s,
                                  "HTTP/1.1 -20 OK"s,
                                  "HTTP/1.1 200 O\x01K"s,
                                  "HTTP/1.1 200 O\0K"s,
                                  "HTTP/1.1 200 O\x7fK"s,
                                  " HTTP/1.1 200 OK"s,
                                  "HTTP/1.1 200 O\rK"s}) {
    EXPECT_EQ(verdict_of_response(line + "\r\nA: b\r\n\r\n"), "bad_response")
        << testing::PrintToString(line);
  }
}

TEST(ResponseHead, TakesEveryStatusFrom100To599) {
  EXPECT_EQ(verdict_of_response("HTTP/1.1 100 \r\n\r\n"), "complete");
  EXPECT_EQ(verdict_of_response("HTTP/1.1 599 \r\n\r\n"), "complete");
}

// What is no HTTP at all is known from its first byte, so nobody waits for an empty line.
TEST(ResponseHead, RefusesAtOnceWhatDoesNotBeginLikeHttp) {
  for (const char* bytes :
       {"S", "HTTP/2", "HTTPS", "\r", "\n", " ", "HTTP/0.9 200", "SSH-2.0-x\r\n"}) {
    EXPECT_EQ(verdict_of_response(bytes), "bad_response") << bytes;
  }
  for (const char* bytes :
       {"", "H", "HTTP", "HTTP/1.", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nA: b\r\n"}) {
    EXPECT_EQ(verdict_of_response(bytes), "incomplete") << bytes;
  }
}

TEST(ResponseHead, IsAsStrictAboutFieldsAsRequestsAre) {
  for (const std::string& lines : {"X : a\r\n"s, "X: a\r\n b\r\n"s, "X: a\nY: b\r\n"s, ": v\r\n"s,
                                   "X\r\n"s, "X: a\0b\r\n"s, "X: a\rb\r\n"s, "X: \x01\r\n"s}) {
    EXPECT_EQ(verdict_of_response(response_with(lines)), "bad_response")
        << testing::PrintToString(lines);
  }
}

TEST(ResponseHead, Takes199FieldsAndRefuses200) {
  std::string lines;
  for (int i = 0; i < 199; ++i) lines += "Set-Cookie: a\r\n";

  EXPECT_EQ(verdict_of_response(response_with(lines)), "complete");
  EXPECT_EQ(verdict_of_response(response_with(lines + "Set-Cookie: a\r\n")), "bad_response");
}

TEST(ResponseHead, MayBeExactlyAsLongAsAllowedAndNotOneByteMore) {
  const std::string head = response_with("X: y\r\n");

  EXPECT_EQ(verdict_of_response(head, head.size()), "complete");
  EXPECT_EQ(verdict_of_response(head, head.size() - 1), "bad_response");
  EXPECT_EQ(verdict_of_response(head.substr(0, 20), 20), "bad_response");
}

TEST(ResponseHead, GetsTheSameVerdictByteByByte) {
  for (const std::string& bytes :
       {response_with("X: y\r\n"), response_with("X : y\r\n"), "HTTP/1.1 600 \r\n\r\n"s,
        "HTTP/1.1 200 OK\nA: b\n\n"s, response_with("Content-Length: 1, 1\r\n")}) {
    HeadResult in_bytes;
    for (std::size_t size = 1; size <= bytes.size(); ++size) {
      in_bytes = ParsedResponse(bytes.substr(0, size)).result;
      if (in_bytes.state != HeadState::incomplete) break;
    }
    EXPECT_EQ(verdict(in_bytes), verdict_of_response(bytes)) << testing::PrintToString(bytes);
  }
}

// RFC 2068 19.7.1; Node says "timeout=5".
TEST(ResponseHead, ReadsTheKeepAliveTimeout) {
  const std::array<std::pair<const char*, unsigned>, 9> cases{{{"timeout=5", 5},
                                                               {"timeout=5, max=100", 5},
                                                               {"max=100,\tTimeout=15", 15},
                                                               {"max=100", 0},
                                                               {"timeout=", 0},
                                                               {"timeout=x", 0},
                                                               {"timeout=-1", 0},
                                                               {"timeout=99999999999", 86'400},
                                                               {"xtimeout=5", 0}}};
  for (const auto& [value, seconds] : cases) {
    const ParsedResponse response(response_with("Keep-Alive: "s + value + "\r\n"));
    ASSERT_TRUE(response.is_complete()) << value;
    EXPECT_EQ(response.head.keep_alive_timeout_s, seconds) << value;
  }
}

// 0 stands for "not said"; a second is the shortest time that can be said, and is not kept either.
TEST(ResponseHead, TakesAKeepAliveTimeoutOfZeroForOneSecond) {
  EXPECT_EQ(ParsedResponse(response_with("Keep-Alive: timeout=0\r\n")).head.keep_alive_timeout_s,
            1u);
}

}  // namespace
}  // namespace gapura::proxy
