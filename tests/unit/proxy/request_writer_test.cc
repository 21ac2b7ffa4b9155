// The request head that a target gets.
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "base/ascii.h"
#include "proxy/head_writer.h"
#include "tests/unit/proxy/parsed_heads.h"

namespace gapura::proxy {
namespace {

using namespace std::string_literals;

constexpr Forwarding kStranger{.client_address = "192.0.2.7", .server = "gate"};
constexpr Forwarding kTrusted{
    .trusts_client = true, .client_address = "10.0.0.1", .server = "gate"};

std::string written(const std::string& request, const Forwarding& forwarding = kStranger,
                    RequestRendering rendering = {}) {
  const ParsedRequest parsed(request);
  EXPECT_EQ(verdict(parsed.result), "complete") << request;
  if (!parsed.is_complete()) return {};
  if (rendering.path_query.empty()) rendering.path_query = parsed.head.path_query;
  HeadText out;
  write_request_head(out, parsed.head, rendering, forwarding);
  return std::string(out.view());
}

/// What a stranger's request gets at its end.
std::string added(const std::string& host, const std::string& port = "80") {
  return "X-Forwarded-For: 192.0.2.7\r\nX-Real-Ip: 192.0.2.7\r\nX-Forwarded-Proto: http\r\n"
         "X-Forwarded-Host: " +
         host + "\r\nX-Forwarded-Port: " + port + "\r\nX-Forwarded-Server: gate\r\n";
}

bool has_line(const std::string& head, const std::string& line) {
  return head.find("\r\n" + line + "\r\n") != std::string::npos;
}
bool has_name(const std::string& head, std::string_view name) {
  const ParsedRequest parsed(head);
  for (const HttpField& field : parsed.head.fields.all()) {
    if (iequals(field.name, name)) return true;
  }
  return false;
}

TEST(RequestWriter, PassesLinesAsTheyAreAndAddsTheForwardedFields) {
  EXPECT_EQ(written("PUT /a?b HTTP/1.1\r\nhost:  a.example:81 \r\nX-Odd:\t\"v\"  ;\xc3\xa9\r\n"
                    "empty:\r\nContent-Length: 3\r\n\r\n"),
            "PUT /a?b HTTP/1.1\r\nhost:  a.example:81 \r\nX-Odd:\t\"v\"  ;\xc3\xa9\r\n"
            "empty:\r\nContent-Length: 3\r\n" +
                added("a.example:81", "81") + "\r\n");
}

TEST(RequestWriter, TakesOutWhateverConnectionNames) {
  // RFC 9110 7.6.1, also of fields that we look at ourselves.
  const std::string head = written(
      "POST /a HTTP/1.1\r\nHost: a\r\nConnection: trailer, expect, max-forwards, x-own\r\n"
      "Transfer-Encoding: chunked\r\nTrailer: x-sum\r\nExpect: 100-continue\r\n"
      "Max-Forwards: 3\r\nX-Own: 1\r\n\r\n");

  EXPECT_FALSE(has_name(head, "trailer")) << head;
  EXPECT_FALSE(has_name(head, "expect")) << head;
  EXPECT_FALSE(has_name(head, "max-forwards")) << head;
  EXPECT_FALSE(has_name(head, "x-own")) << head;
}

TEST(RequestWriter, WritesTheCleanedPath) {
  const std::string head =
      written("GET /x/..//y HTTP/1.1\r\nHost: a\r\n\r\n", kStranger, {.path_query = "/y"});

  EXPECT_TRUE(head.starts_with("GET /y HTTP/1.1\r\nHost: a\r\n")) << head;
}

TEST(RequestWriter, SpeaksVersion11ForVersion10) {
  EXPECT_EQ(written("GET / HTTP/1.0\r\nA: b\r\n\r\n"),
            "GET / HTTP/1.1\r\nHost: \r\nA: b\r\nX-Forwarded-For: 192.0.2.7\r\n"
            "X-Real-Ip: 192.0.2.7\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Port: 80\r\n"
            "X-Forwarded-Server: gate\r\n\r\n");
}

// RFC 9110 7.6.1: fields of the connection end here.
TEST(RequestWriter, RemovesHopByHopFields) {
  const std::string head = written(request_with(
      "Connection: keep-alive\r\nA: 1\r\nKeep-Alive: timeout=5\r\nProxy-Connection: close\r\n"
      "Proxy-Authorization: Basic x\r\n"
      "B: 2\r\nC: 3\r\nTE: deflate\r\nTrailer: X\r\nUpgrade: h2c\r\nD: 4\r\n"));

  EXPECT_EQ(head,
            "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n" + added("a") + "\r\n");
}

TEST(RequestWriter, RemovesTheFieldsThatConnectionNames) {
  const std::string head = written(request_with(
      "X-One: 1\r\nx-two: 2\r\nX-Three: 3\r\nConnection: X-One, close\r\nConnection: X-Two\r\n"));

  EXPECT_FALSE(has_name(head, "x-one"));
  EXPECT_FALSE(has_name(head, "x-two"));
  EXPECT_TRUE(has_line(head, "X-Three: 3"));
}

// Else a client could strip what tells targets where it comes from, or what frames the body.
TEST(RequestWriter, KeepsFramingHostAndForwardingWhateverConnectionNames) {
  const std::string names =
      "Connection: content-length, host, x-forwarded-for, x-real-ip, X-Forwarded-Proto,"
      " X-Forwarded-Host\r\n";
  const std::string stranger = written(post_with(names + "Content-Length: 3\r\n"));
  EXPECT_EQ(stranger, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n" + added("a") + "\r\n");

  const std::string trusted = written(
      post_with(names + "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: https\r\n"), kTrusted);
  EXPECT_TRUE(has_line(trusted, "X-Forwarded-For: 1.1.1.1, 10.0.0.1")) << trusted;
  EXPECT_TRUE(has_line(trusted, "X-Forwarded-Proto: https")) << trusted;
  EXPECT_TRUE(has_line(trusted, "X-Real-Ip: 10.0.0.1")) << trusted;

  const std::string chunked =
      written(post_with("Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(has_line(chunked, "Transfer-Encoding: chunked")) << chunked;
}

TEST(RequestWriter, DropsWhatStrangersSayAboutWhereTheyComeFrom) {
  const std::string head = written(request_with(
      "X-Forwarded-For: 1.1.1.1\r\nx_forwarded_for: 2.2.2.2\r\nX-Real-IP: 3.3.3.3\r\n"
      "X-Forwarded-Proto: https\r\nX-Forwarded-Tls-Client-Cert: me\r\nForwarded: for=4.4.4.4\r\n"
      "X-Forwarded-Prefix: /x\r\n"));

  EXPECT_EQ(head, "GET / HTTP/1.1\r\nHost: a\r\n" + added("a") + "\r\n");
}

TEST(RequestWriter, KeepsWhatTrustedClientsSayAndAddsThemselves) {
  const std::string head = written(
      request_with(
          "X-Forwarded-For: 1.1.1.1\r\nX-Real-Ip: 1.1.1.1\r\nX-Forwarded-Proto: https\r\n"
          "X-Forwarded-For: 2.2.2.2\r\nX-Forwarded-For:\r\nX-Forwarded-Host: b\r\n"
          "X-Forwarded-Port: 443\r\nX-Forwarded-Server: edge\r\nForwarded: for=1.1.1.1\r\n"),
      kTrusted);

  EXPECT_EQ(head,
            "GET / HTTP/1.1\r\nHost: a\r\nX-Real-Ip: 1.1.1.1\r\nX-Forwarded-Proto: https\r\n"
            "X-Forwarded-Host: b\r\nX-Forwarded-Port: 443\r\nX-Forwarded-Server: edge\r\n"
            "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 10.0.0.1\r\n"
            "Forwarded: for=1.1.1.1, for=10.0.0.1\r\n\r\n");
}

// RFC 7239 6: an IPv6 address is quoted and in brackets.
TEST(RequestWriter, ContinuesAChainOfForwardedOnly) {
  const Forwarding from_v6{
      .trusts_client = true, .client_address = "2001:db8::1", .server = "gate"};
  EXPECT_TRUE(has_line(written(request_with("Forwarded: for=a\r\nForwarded: for=b\r\n"), from_v6),
                       "Forwarded: for=a, for=b, for=\"[2001:db8::1]\""));
  EXPECT_FALSE(has_name(written(request_with(""), kTrusted), "forwarded"));
}

// RFC 9110 7.6.3.
TEST(RequestWriter, AddsItselfToVia) {
  const Forwarding named{.client_address = "192.0.2.7", .server = "gate", .via = "1.1 me"};
  const std::string head = written(request_with("Via: 1.0 first\r\n"), named);

  EXPECT_TRUE(has_line(head, "Via: 1.0 first"));
  EXPECT_TRUE(head.ends_with("\r\nVia: 1.1 me\r\n\r\n")) << head;
}

// RFC 9110 10.1.4: TE is for the next hop, and said again to the one behind us.
TEST(RequestWriter, PassesOnThatTrailersAreTaken) {
  EXPECT_TRUE(written(request_with("TE: gzip;q=0.5, Trailers\r\nConnection: TE\r\n"))
                  .ends_with("TE: trailers\r\nConnection: TE\r\n\r\n"));
}

// RFC 9110 6.6.2: what is announced comes only with chunks.
TEST(RequestWriter, AnnouncesTrailersOnlyOfAChunkedBody) {
  EXPECT_TRUE(
      has_name(written(request_with("Transfer-Encoding: chunked\r\nTrailer: Sum\r\n")), "trailer"));
  EXPECT_FALSE(has_name(written(request_with("Trailer: Sum\r\n")), "trailer"));
}

// RFC 9110 7.6.2.
TEST(RequestWriter, CountsMaxForwardsDownForOptionsAndTraceAlone) {
  const auto hops = [](const std::string& method, const std::string& value) {
    return written(method + " / HTTP/1.1\r\nHost: a\r\nMax-Forwards: " + value + "\r\n\r\n");
  };
  EXPECT_TRUE(has_line(hops("OPTIONS", "5"), "Max-Forwards: 4"));
  EXPECT_TRUE(has_line(hops("TRACE", "1"), "Max-Forwards: 0"));
  EXPECT_TRUE(has_line(hops("GET", "5"), "Max-Forwards: 5"));
  EXPECT_TRUE(has_line(hops("OPTIONS", "many"), "Max-Forwards: many"));
}

// RFC 9110 10.1.1: HTTP/1.0 knows no expectations.
TEST(RequestWriter, DropsExpectOfVersion10) {
  EXPECT_FALSE(has_name(written("PUT / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\n"
                                "Content-Length: 1\r\n\r\n"),
                        "expect"));
  EXPECT_TRUE(has_name(written(request_with("Expect: 100-Continue\r\n")), "expect"));
}

TEST(RequestWriter, AddsWhatTrustedClientsLeftOut) {
  const std::string head = written(request_with(""), kTrusted);

  EXPECT_TRUE(has_line(head, "X-Forwarded-For: 10.0.0.1"));
  EXPECT_TRUE(has_line(head, "X-Real-Ip: 10.0.0.1"));
  EXPECT_TRUE(has_line(head, "X-Forwarded-Host: a"));
}

TEST(RequestWriter, FindsThePortBehindAddressesOfAnyKind) {
  const auto port_line = [](const std::string& host) {
    const std::string head = written("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    const std::size_t at = head.find("X-Forwarded-Port: ") + 18;
    return head.substr(at, head.find("\r\n", at) - at);
  };
  EXPECT_EQ(port_line("a"), "80");
  EXPECT_EQ(port_line("a:8000"), "8000");
  EXPECT_EQ(port_line("a:"), "80");
  EXPECT_EQ(port_line("[2001:db8::1]"), "80");
  EXPECT_EQ(port_line("[2001:db8::1]:443"), "443");
}

// passHostHeader: false.
TEST(RequestWriter, ReplacesTheHostAndForwardsTheOldOne) {
  const std::string head =
      written(request_with("A: b\r\n"), kStranger, {.host_override = "10.0.0.5:3000"});

  EXPECT_EQ(head, "GET / HTTP/1.1\r\nHost: 10.0.0.5:3000\r\nA: b\r\n" + added("a") + "\r\n");
}

// RFC 9112 3.2.2: what an absolute-form target says replaces the Host that was received.
TEST(RequestWriter, TakesTheHostFromAnAbsoluteTarget) {
  const std::string head =
      written("GET http://b:81/p?q HTTP/1.1\r\nA: 1\r\nHost: a\r\nB: 2\r\n\r\n");

  EXPECT_EQ(head,
            "GET /p?q HTTP/1.1\r\nHost: b:81\r\nA: 1\r\nB: 2\r\n" + added("b:81", "81") + "\r\n");
}

TEST(RequestWriter, KeepsTheAsterisk) {
  EXPECT_TRUE(written("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
                  .starts_with("OPTIONS * HTTP/1.1\r\nHost: a\r\n"));
}

TEST(RequestWriter, SaysChunkedItself) {
  const std::string head = written(post_with("transfer-encoding:chunked\r\nA: b\r\n"));

  EXPECT_EQ(head, "POST / HTTP/1.1\r\nHost: a\r\nA: b\r\n" + added("a") +
                      "Transfer-Encoding: chunked\r\n\r\n");
}

// RFC 9110 7.8: Upgrade is for the next hop, and passed on only when asked to.
TEST(RequestWriter, PassesAnUpgradeOn) {
  const std::string request =
      request_with("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n");

  const std::string passed = written(request, kStranger, {.upgrade = true});
  EXPECT_TRUE(passed.ends_with("Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n")) << passed;
  EXPECT_TRUE(has_line(passed, "X-Forwarded-Proto: ws"));
  EXPECT_TRUE(has_line(passed, "Sec-WebSocket-Key: x"));

  const std::string ended = written(request);
  EXPECT_FALSE(has_name(ended, "upgrade"));
  EXPECT_FALSE(has_name(ended, "connection"));
}

TEST(RequestWriter, UsesItsTextAgain) {
  HeadText out;
  const ParsedRequest large(request_with("A: " + std::string(60'000, 'x') + "\r\n"));
  const ParsedRequest small(request_with(""));
  write_request_head(out, large.head, {.path_query = "/"}, kStranger);
  ASSERT_GT(out.view().size(), 60'000u);
  const char* memory = out.view().data();

  write_request_head(out, small.head, {.path_query = "/"}, kStranger);

  EXPECT_EQ(out.view(), "GET / HTTP/1.1\r\nHost: a\r\n" + added("a") + "\r\n");
  EXPECT_EQ(out.view().data(), memory);
}

TEST(HeadText, GrowsAndKeepsWhatItHas) {
  HeadText out;
  std::string expected;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    out.append_number(i * i);
    out.append(", ");
    expected += std::to_string(i * i) + ", ";
  }

  EXPECT_EQ(out.view(), expected);
  out.clear();
  EXPECT_EQ(out.view(), "");
  out.append_number(UINT64_MAX);
  EXPECT_EQ(out.view(), "18446744073709551615");
}

}  // namespace
}  // namespace gapura::proxy
