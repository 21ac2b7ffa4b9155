#include "autoscale/net/url.h"

#include <gtest/gtest.h>

namespace gapura::autoscale {
namespace {

Url url(const std::string& text) {
  std::string fault;
  const auto parsed = Url::parse(text, &fault);
  EXPECT_TRUE(parsed.has_value()) << text << ": " << fault;
  return parsed.value_or(Url{});
}

TEST(Url, HasItsParts) {
  const Url whole = url("https://api.example.com:8443/v1/vm?uuid=1");
  EXPECT_TRUE(whole.is_tls);
  EXPECT_EQ(whole.host, "api.example.com");
  EXPECT_EQ(whole.port, 8443);
  EXPECT_EQ(whole.authority, "api.example.com:8443");
  EXPECT_EQ(whole.target, "/v1/vm?uuid=1");

  EXPECT_EQ(url("HTTP://a").port, 80);
  EXPECT_EQ(url("https://a").port, 443);
  EXPECT_EQ(url("http://a?b").target, "/?b");
  EXPECT_EQ(url("http://[::1]:81/").host, "::1");
  EXPECT_EQ(url("http://[::1]:81/").port, 81);
  EXPECT_EQ(url("http://a/b#c").target, "/b");
}

TEST(Url, IsShownWithoutItsQuery) {
  EXPECT_EQ(url("https://a:1/b?apikey=secret").shown(), "https://a:1/b");
}

TEST(Url, KnowsItsServer) {
  EXPECT_TRUE(url("https://a/x").is_same_server(url("https://A:443/y")));
  EXPECT_FALSE(url("https://a/x").is_same_server(url("http://a/x")));
  EXPECT_FALSE(url("https://a/x").is_same_server(url("https://b/x")));
  EXPECT_FALSE(url("https://a/x").is_same_server(url("https://a:444/x")));
}

TEST(Url, RefusesWhatCouldNotBeCalled) {
  for (const char* text :
       {"", "a/b", "ftp://a", "http://", "http://:80/", "http://a:0/", "http://a:65536/",
        "http://a:/", "http://a:x", "http://[::1", "http://[::1]x", "http://u:p@a/", "http://a/ b",
        "http://a/\r\nX: y", "http://a/\xc3\xa9"}) {
    std::string fault;
    EXPECT_FALSE(Url::parse(text, &fault).has_value()) << text;
    EXPECT_FALSE(fault.empty()) << text;
  }
}

}  // namespace
}  // namespace gapura::autoscale
