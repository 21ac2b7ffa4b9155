// RFC 9112 3.2 (request target) and RFC 9110 7.2 (Host).
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "proxy/path.h"
#include "tests/unit/proxy/parsed_heads.h"

namespace gapura::proxy {
namespace {

using namespace std::string_literals;

std::string request(std::string_view method, std::string_view target,
                    const std::string& host_lines = "Host: a\r\n") {
  return std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n" + host_lines + "\r\n";
}

// RFC 9112 3.2.1.
TEST(RequestTarget, OriginFormIsForwardedAsItIs) {
  const ParsedRequest parsed(request("GET", "/a//b/%2E/?q=/../&x=a?b"));

  ASSERT_TRUE(parsed.is_complete());
  EXPECT_EQ(parsed.head.path_query, "/a//b/%2E/?q=/../&x=a?b");
}

// RFC 9112 3.2.2: the authority of an absolute-form target wins over Host.
TEST(RequestTarget, AbsoluteFormGivesTheAuthority) {
  const ParsedRequest parsed(request("GET", "HTTP://b.example:81/p?q", "Host: other\r\n"));

  ASSERT_TRUE(parsed.is_complete());
  EXPECT_EQ(parsed.head.authority, "b.example:81");
  EXPECT_EQ(parsed.head.path_query, "/p?q");
  EXPECT_EQ(parsed.head.target, "HTTP://b.example:81/p?q");
}

TEST(RequestTarget, AbsoluteFormWithoutAPathMeansTheRoot) {
  const ParsedRequest parsed(request("GET", "http://b"));
  ASSERT_TRUE(parsed.is_complete());
  EXPECT_EQ(parsed.head.path_query, "/");

  const ParsedRequest options(request("OPTIONS", "http://b"));  // RFC 9112 3.2.4
  ASSERT_TRUE(options.is_complete());
  EXPECT_EQ(options.head.path_query, "*");
}

// RFC 9112 3.2.1: an empty path is forwarded as "/".
TEST(RequestTarget, TakesAnAbsoluteFormWithAQueryAndNoPath) {
  const ParsedRequest parsed(request("GET", "http://b?q=1"));
  ASSERT_TRUE(parsed.is_complete());
  CleanPath path;
  ASSERT_TRUE(path.set(parsed.head.path_query));
  EXPECT_EQ(path.path_query(), "/?q=1");
  EXPECT_EQ(path.routing(), "/");
}

// RFC 9112 3: 414 when not even the request line fits, 431 when the fields do not.
TEST(RequestTarget, SaysWhetherTheTargetOrTheFieldsAreTooLong) {
  const std::string line = "GET /" + std::string(2'000, 'a') + " HTTP/1.1\r\n";
  RequestHead head;
  EXPECT_EQ(verdict(parse_request_head(line, 1'000, head)), "uri_too_long");
  EXPECT_EQ(verdict(parse_request_head(line + std::string(1'000, 'b'), 2'500, head)),
            "head_too_large");
}

TEST(RequestTarget, RefusesAbsoluteFormsThatCannotBeForwarded) {
  for (const char* target : {"http://", "http:///p", "http://user@b/", "https://b/", "ftp://b/",
                             "http:/b", "http:b", "http://b\\c/", "http://a b/", "h"}) {
    EXPECT_EQ(verdict_of_request(request("GET", target)), "bad_uri") << target;
  }
}

// RFC 9112 3.2.2: a Host field is needed all the same.
TEST(RequestTarget, AbsoluteFormStillNeedsAHost) {
  EXPECT_EQ(verdict_of_request(request("GET", "http://b/", "")), "bad_host");
}

// RFC 9112 3.2.4.
TEST(RequestTarget, AsteriskIsForOptionsAlone) {
  const ParsedRequest parsed(request("OPTIONS", "*"));
  ASSERT_TRUE(parsed.is_complete());
  EXPECT_EQ(parsed.head.path_query, "*");

  EXPECT_EQ(verdict_of_request(request("GET", "*")), "bad_uri");
  EXPECT_EQ(verdict_of_request(request("OPTIONS", "**")), "bad_uri");
}

// RFC 9110 9.3.6: no tunnel here.
TEST(RequestTarget, RefusesConnect) {
  EXPECT_EQ(verdict_of_request(request("CONNECT", "a:443")), "connect_method");
  for (const char* target : {"/", "a", "a:", "a:0", "a:65536", "a:x", ":443", "a@b:443"}) {
    EXPECT_EQ(verdict_of_request(request("CONNECT", target)), "bad_uri") << target;
  }
}

// RFC 3986 2: visible ASCII only; a fragment is never sent (RFC 9110 7.1).
TEST(RequestTarget, RefusesBytesThatNoUriHas) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (byte == '\n' || byte == '\r') continue;
    const bool is_allowed = byte > 0x20 && byte < 0x7f && byte != '#';
    EXPECT_EQ(verdict_of_request(request("GET", "/a"s + static_cast<char>(byte) + "b")),
              is_allowed ? "complete" : "bad_uri")
        << byte;
  }
}

// RFC 9112 3.2: 400 for none, for more than one, and for an invalid one.
TEST(Host, IsThereExactlyOnceInVersion11) {
  EXPECT_EQ(verdict_of_request(request("GET", "/", "")), "bad_host");
  EXPECT_EQ(verdict_of_request(request("GET", "/", "Host: a\r\nHost: a\r\n")), "bad_host");
  EXPECT_EQ(verdict_of_request(request("GET", "/", "Host: a\r\nhOST: b\r\n")), "bad_host");
  EXPECT_EQ(verdict_of_request("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"), "bad_host");
}

TEST(Host, MayBeMissingInVersion10) {
  const ParsedRequest parsed("GET / HTTP/1.0\r\n\r\n");

  ASSERT_TRUE(parsed.is_complete());
  EXPECT_EQ(parsed.head.authority, "");
}

TEST(Host, MayBeEmpty) {  // RFC 9110 7.2
  const ParsedRequest parsed(request("GET", "/", "Host:\r\n"));

  ASSERT_TRUE(parsed.is_complete());
  EXPECT_EQ(parsed.head.authority, "");
}

TEST(Host, TakesNamesAddressesAndPorts) {
  for (const std::string host :
       {"a.example", "A.Example:80", "10.0.0.1:8000", "[2001:db8::1]", "[::1]:8000",
        "xn--bcher-kva.example", "a_b", "a:", "[v1.x:y]:1"}) {
    const ParsedRequest parsed(request("GET", "/", "Host: " + host + "\r\n"));
    ASSERT_TRUE(parsed.is_complete()) << host;
    EXPECT_EQ(parsed.head.authority, host);
  }
}

TEST(Host, RefusesBytesThatNoHostHas) {
  for (const char* host : {"a b", "a,b", "a/b", "user@a", "a?b", "a#b", "a\\b", "\"a\"", "<a>",
                           "a\x80", "a\tb", "{a}", "a|b", "a^b", "a`b"}) {
    const std::string verdict = verdict_of_request(request("GET", "/", "Host: "s + host + "\r\n"));
    // RFC 3986 allows a comma in a reg-name.
    EXPECT_EQ(verdict, std::string_view(host) == "a,b" ? "complete" : "bad_host") << host;
  }
}

// RFC 3986 3.2.3: a port is digits. What is none would go into X-Forwarded-Port as it is.
TEST(Host, RefusesAPortThatIsNone) {
  for (const char* host : {"a:b", "a:80:81", "::1", "a:-1", "[::1]:x", "[::1]80", "a:123456",
                           "[::1", "::1]", "a[b]", "[a]b", "a:80[", "[]]", "[[]"}) {
    EXPECT_EQ(verdict_of_request(request("GET", "/", "Host: "s + host + "\r\n")), "bad_host")
        << host;
    EXPECT_EQ(verdict_of_request(request("GET", "http://"s + host + "/")), "bad_uri") << host;
  }
}

// RFC 1035 2.3.4 gives names 255 bytes. X-Forwarded-Host repeats it, so it must not be a megabyte.
TEST(Host, IsLimited) {
  EXPECT_EQ(
      verdict_of_request(request("GET", "/", "Host: " + std::string(255, 'a') + ":65535\r\n")),
      "complete");
  EXPECT_EQ(verdict_of_request(request("GET", "/", "Host: " + std::string(2'000, 'a') + "\r\n")),
            "bad_host");
  EXPECT_EQ(verdict_of_request(request("GET", "http://" + std::string(2'000, 'a') + "/")),
            "bad_uri");
}

}  // namespace
}  // namespace gapura::proxy
