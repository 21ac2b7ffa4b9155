// The request line, the fields' form and the limits. Targets and Host: request_target_test.cc;
// what frames the body and persists: head_framing_test.cc.
#include <array>
#include <gtest/gtest.h>
#include <string>
#include <tuple>

#include "proxy/http_head.h"
#include "tests/unit/proxy/parsed_heads.h"

namespace gapura::proxy {
namespace {

using namespace std::string_literals;

std::string fields(std::size_t count) {
  std::string lines;
  for (std::size_t i = 0; i < count; ++i) lines += "F" + std::to_string(i) + ": v\r\n";
  return lines;
}

/// The verdict when the bytes come one at a time: the first one that is not "incomplete".
HeadResult fed_byte_by_byte(const std::string& bytes, std::size_t bytes_max = kPlenty) {
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    RequestHead head;
    // A copy of exactly that size, so that a read beyond it is seen by the address sanitizer.
    const std::string part = bytes.substr(0, size);
    const HeadResult result = parse_request_head(part, bytes_max, head);
    if (result.state != HeadState::incomplete) return result;
  }
  return {};
}

TEST(RequestHead, GivesViewsIntoTheBytes) {
  const ParsedRequest request(
      "POST /calculate?x=1 HTTP/1.1\r\nHost: api.example:8000\r\nContent-Length: 14\r\n"
      "Expect: 100-continue\r\n\r\n{\"number\": 14}");

  ASSERT_TRUE(request.is_complete());
  EXPECT_EQ(request.head.method, "POST");
  EXPECT_EQ(request.head.target, "/calculate?x=1");
  EXPECT_EQ(request.head.path_query, "/calculate?x=1");
  EXPECT_EQ(request.head.authority, "api.example:8000");
  EXPECT_EQ(request.head.framing.kind, BodyKind::length);
  EXPECT_EQ(request.head.framing.length, 14u);
  EXPECT_TRUE(request.head.expects_continue);
  EXPECT_EQ(request.result.bytes, request.text.size() - 14);
  ASSERT_EQ(request.head.fields.count, 3u);
  EXPECT_EQ(request.head.fields.lines[1].name, "Content-Length");
  EXPECT_EQ(request.head.fields.lines[1].value, "14");
  EXPECT_EQ(request.head.fields.ids[1], FieldId::content_length);
  EXPECT_EQ(request.head.method.data(), request.text.data());
}

TEST(RequestHead, IsUsedAgainWithNothingLeftOfTheOneBefore) {
  const std::string first =
      "POST http://x:1/a HTTP/1.0\r\nHost: b\r\nContent-Length: 5\r\nExpect: 100-continue\r\n"
      "Connection: close, X-Own\r\n\r\n";
  const std::string second = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  RequestHead head;

  ASSERT_EQ(parse_request_head(first, kPlenty, head).state, HeadState::complete);
  ASSERT_EQ(parse_request_head(second, kPlenty, head).state, HeadState::complete);

  EXPECT_EQ(head.authority, "a");
  EXPECT_EQ(head.framing.kind, BodyKind::none);
  EXPECT_FALSE(head.expects_continue);
  EXPECT_FALSE(head.persistence.is_http_1_0);
  EXPECT_FALSE(head.persistence.wants_close);
  EXPECT_EQ(head.named_by_connection, 0u);
  EXPECT_EQ(head.fields.count, 1u);
}

// RFC 9110 2.5 and RFC 9112 2.3.
TEST(RequestHead, TakesVersion10And11AndLaterMinorOnes) {
  const ParsedRequest old("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(old.is_complete());
  EXPECT_TRUE(old.head.persistence.is_http_1_0);

  const ParsedRequest later("GET / HTTP/1.9\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(later.is_complete());
  EXPECT_FALSE(later.head.persistence.is_http_1_0);
}

// RFC 9110 15.6.6.
TEST(RequestHead, RefusesOtherMajorVersionsWith505) {
  for (const char* version : {"HTTP/2.0", "HTTP/3.0", "HTTP/0.9", "HTTP/9.9"}) {
    EXPECT_EQ(verdict_of_request("GET / "s + version + "\r\nHost: a\r\n\r\n"),
              "unsupported_version")
        << version;
  }
}

// RFC 9112 3: method SP request-target SP HTTP-version, one space each.
TEST(RequestHead, RefusesAMalformedRequestLine) {
  const std::array<std::pair<std::string, const char*>, 20> cases{{
      {"GET /", "bad_request"},  // HTTP/0.9
      {"GET", "bad_request"},
      {"GET  HTTP/1.1", "bad_request"},
      {" / HTTP/1.1", "bad_request"},
      {" GET / HTTP/1.1", "bad_request"},
      {"GET / HTTP/1.1 ", "bad_request"},
      {"GET / http/1.1", "bad_request"},  // RFC 9112 2.3: case-sensitive
      {"GET / HTTP/1", "bad_request"},
      {"GET / HTTP/1.10", "bad_request"},
      {"GET / HTTP/11", "bad_request"},
      {"GET / HTTP/1,1", "bad_request"},
      {"GET / HTTP/x.1", "bad_request"},
      {"GET / HTTPS/1.1", "bad_request"},
      {"G(T / HTTP/1.1", "bad_request"},  // RFC 9110 9.1: a method is a token
      {"G\tT / HTTP/1.1", "bad_request"},
      {"G\x80T / HTTP/1.1", "bad_request"},
      {"GET\t/\tHTTP/1.1", "bad_request"},
      {"GET  / HTTP/1.1", "bad_uri"},
      {"GET /  HTTP/1.1", "bad_uri"},
      {"GET / / HTTP/1.1", "bad_uri"},
  }};
  for (const auto& [line, expected] : cases) {
    EXPECT_EQ(verdict_of_request(line + "\r\nHost: a\r\n\r\n"), expected) << line;
  }
}

// RFC 9110 9.1: methods are case-sensitive and not a closed list.
TEST(RequestHead, TakesMethodsItDoesNotKnow) {
  const ParsedRequest request("M-SEARCH!#$%&'*+.^_`|~ / HTTP/1.1\r\nHost: a\r\n\r\n");

  ASSERT_TRUE(request.is_complete());
  EXPECT_EQ(request.head.method, "M-SEARCH!#$%&'*+.^_`|~");
}

// RFC 9112 2.2: at least one empty line before the request line is ignored.
TEST(RequestHead, SkipsOneEmptyLineBeforeIt) {
  const ParsedRequest request("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nrest");

  ASSERT_TRUE(request.is_complete());
  EXPECT_EQ(request.result.bytes, request.text.size() - 4);
}

TEST(RequestHead, RefusesASecondEmptyLineBeforeIt) {
  EXPECT_EQ(verdict_of_request("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad_request");
}

// RFC 9112 2.2: a lone LF may be taken for a line's end, a bare CR must not. We refuse both.
TEST(RequestHead, RefusesBareLineFeedsAndCarriageReturns) {
  for (const std::string& head :
       {"GET / HTTP/1.1\nHost: a\r\n\r\n"s, "GET / HTTP/1.1\r\nHost: a\n\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"s, "GET / HTTP/1.1\nHost: a\n\n"s,
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: a\r\n\rX: b\r\n\r\n"s, "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"s,
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"s, "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"s}) {
    EXPECT_EQ(verdict_of_request(head), "bad_request") << testing::PrintToString(head);
  }
}

// RFC 9112 5.2: a server must refuse obs-fold or replace it; and 2.2 for blanks before the first.
TEST(RequestHead, RefusesFoldedFields) {
  EXPECT_EQ(verdict_of_request(request_with("X: a\r\n b\r\n")), "bad_request");
  EXPECT_EQ(verdict_of_request(request_with("X: a\r\n\tb: c\r\n")), "bad_request");
  EXPECT_EQ(verdict_of_request("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), "bad_request");
}

// RFC 9112 5.1: no whitespace between name and colon (request smuggling).
TEST(RequestHead, RefusesBlanksBeforeTheColon) {
  EXPECT_EQ(verdict_of_request(request_with("X : a\r\n")), "bad_request");
  EXPECT_EQ(verdict_of_request(post_with("Transfer-Encoding : chunked\r\n")), "bad_request");
  EXPECT_EQ(verdict_of_request(post_with("Content-Length\t: 5\r\n")), "bad_request");
}

// RFC 9110 5.1: a field name is a token.
TEST(RequestHead, RefusesNamesThatAreNoTokens) {
  for (const std::string& line :
       {": v"s, "novalue"s, "a b: v"s, "a\x01: v"s, "a\x80: v"s, "a\0: v"s, "a(b): v"s, "a\"b: v"s,
        "a/b: v"s, "a@b: v"s, "a[: v"s, "{a: v"s, "a\x7f: v"s, "a;b: v"s, "a=b: v"s, "a\\b: v"s,
        "a<: v"s}) {
    EXPECT_EQ(verdict_of_request(request_with(line + "\r\n")), "bad_request")
        << testing::PrintToString(line);
  }
}

// RFC 9110 5.5: NUL, CR and LF must be refused; other control bytes may be, and are.
TEST(RequestHead, RefusesControlBytesInValues) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (byte == '\n' || byte == '\r') continue;  // have tests of their own
    const char c = static_cast<char>(byte);
    const bool is_allowed = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    EXPECT_EQ(verdict_of_request(request_with("X: a"s + c + "b\r\n")),
              is_allowed ? "complete" : "bad_request")
        << byte;
  }
}

// RFC 9110 5.6.3: optional whitespace around a value is no part of it.
TEST(RequestHead, CutsBlanksAroundValues) {
  const ParsedRequest request(request_with("A:b\r\nC: \t d e\t \r\nF:\r\nG:   \r\n"));

  ASSERT_TRUE(request.is_complete());
  EXPECT_EQ(request.head.fields.lines[1].value, "b");
  EXPECT_EQ(request.head.fields.lines[2].value, "d e");
  EXPECT_EQ(request.head.fields.lines[3].value, "");
  EXPECT_EQ(request.head.fields.lines[4].value, "");
}

TEST(RequestHead, KnowsTheFieldsThatDecideInAnyCase) {
  const std::array<std::pair<const char*, FieldId>, 21> cases{{
      {"connection", FieldId::connection},
      {"KEEP-ALIVE", FieldId::keep_alive},
      {"upgrade", FieldId::upgrade},
      {"Te", FieldId::te},
      {"tRAILER", FieldId::trailer},
      {"Proxy-Connection", FieldId::proxy_hop},
      {"proxy-authenticate", FieldId::other},
      {"Proxy-Authorization", FieldId::proxy_hop},
      {"DATE", FieldId::date},
      {"vIA", FieldId::via},
      {"max-Forwards", FieldId::max_forwards},
      {"X-Forwarded-For", FieldId::forwarding},
      {"x_forwarded_for", FieldId::forwarding},
      {"X-FORWARDED-Tls-Client-Cert", FieldId::forwarding},
      {"X_Real-IP", FieldId::forwarding},
      {"forwarded", FieldId::forwarding},
      {"X-Real-Ip-Too", FieldId::other},
      {"X-Forward", FieldId::other},
      {"Forwarded-By", FieldId::other},
      {"From", FieldId::other},
      {"Cookie", FieldId::other},
  }};
  for (const auto& [name, id] : cases) {
    const ParsedRequest request(request_with(name + ": v\r\n"s));
    ASSERT_TRUE(request.is_complete()) << name;
    EXPECT_EQ(request.head.fields.ids[1], id) << name;
  }
}

TEST(RequestHead, Takes199FieldsAndRefuses200) {
  const ParsedRequest most("GET / HTTP/1.0\r\n" + fields(199) + "\r\n");
  ASSERT_TRUE(most.is_complete());
  EXPECT_EQ(most.head.fields.count, 199u);

  EXPECT_EQ(verdict_of_request("GET / HTTP/1.0\r\n" + fields(200) + "\r\n"), "too_many_fields");
}

TEST(RequestHead, MayBeExactlyAsLongAsAllowedAndNotOneByteMore) {
  const std::string head = request_with("X: y\r\n");
  const std::string with_body = head + "more than the limit";

  for (const std::string& bytes : {head, with_body}) {
    EXPECT_EQ(verdict_of_request(bytes, head.size()), "complete");
    EXPECT_EQ(verdict_of_request(bytes, head.size() - 1), "head_too_large");
  }
  EXPECT_EQ(verdict(fed_byte_by_byte(head, head.size())), "complete");
  EXPECT_EQ(verdict(fed_byte_by_byte(head, head.size() - 1)), "head_too_large");
  EXPECT_EQ(verdict_of_request(head.substr(0, 20), 20), "head_too_large");
  EXPECT_EQ(verdict_of_request(head.substr(0, 20), 21), "incomplete");
}

TEST(RequestHead, GetsTheSameVerdictByteByByte) {
  for (const std::string& head :
       {request_with("X: y\r\n"), request_with("X : y\r\n"), "\r\n" + request_with(""),
        "\r\n\r\n" + request_with(""), post_with("Content-Length: 5\r\n"),
        post_with("Transfer-Encoding: gzip\r\n"), "GET / HTTP/2.0\r\n\r\n"s,
        "GET / HTTP/1.1\r\n\r\n"s, "GET / HTTP/1.1\nHost: a\n\n"s, "CONNECT a:1 HTTP/1.1\r\n\r\n"s,
        "GET / HTTP/1.1\r\n" + fields(200) + "\r\n"}) {
    const HeadResult at_once = ParsedRequest(head).result;
    const HeadResult in_bytes = fed_byte_by_byte(head);

    EXPECT_EQ(verdict(at_once), verdict(in_bytes)) << testing::PrintToString(head);
    EXPECT_EQ(at_once.bytes, in_bytes.bytes) << testing::PrintToString(head);
  }
}

TEST(RequestHead, IsIncompleteWithoutItsEmptyLine) {
  const std::string head = request_with("X: y\r\n");

  for (std::size_t size = 0; size < head.size(); ++size) {
    ASSERT_EQ(verdict_of_request(head.substr(0, size)), "incomplete") << size;
  }
}

// RFC 9110 9.2.2.
TEST(RequestHead, KnowsIdempotentMethods) {
  for (const char* method : {"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"}) {
    EXPECT_TRUE(is_idempotent(method)) << method;
  }
  for (const char* method : {"POST", "PATCH", "CONNECT", "get", "", "QUERY"}) {
    EXPECT_FALSE(is_idempotent(method)) << method;
  }
}

}  // namespace
}  // namespace gapura::proxy
