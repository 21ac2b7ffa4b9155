#include <gtest/gtest.h>

#include "conf/dynamic_config.h"

namespace gapura::conf {
namespace {

TEST(ServerUrl, HasOneSpelling) {
  const std::vector<std::pair<const char*, const char*>> kTable{
      {"http://10.0.0.5:3000/", "http://10.0.0.5:3000"},
      {"http://10.0.0.5:3000", "http://10.0.0.5:3000"},
      {"http://10.0.0.5", "http://10.0.0.5:80"},
      {"HTTP://Web-1.Example.COM:8080/api", "http://web-1.example.com:8080"},
      {"http://app_1:80", "http://app_1:80"},
      {"http://localhost:65535/", "http://localhost:65535"},
      {"http://host.:1", "http://host.:1"},
      {"http://[2001:DB8:0:0::1]:3000/", "http://[2001:db8::1]:3000"},
      {"http://[::1]", "http://[::1]:80"},
      {"http://[::ffff:10.0.0.5]:3000", "http://10.0.0.5:3000"}};
  for (const auto& [text, spelling] : kTable) {
    std::string fault;
    const auto url = ServerUrl::parse(text, &fault);
    ASSERT_TRUE(url) << text << ": " << fault;
    EXPECT_EQ(url->to_string(), spelling);
    EXPECT_EQ("http://" + url->authority(), spelling);
    EXPECT_EQ(ServerUrl::parse(url->to_string(), &fault), url) << "its own spelling is readable";
  }
}

TEST(ServerUrl, SaysWhatIsWrong) {
  const std::vector<std::pair<const char*, const char*>> kTable{
      {"", "is empty; expected a URL such as http://10.0.0.5:3000"},
      {"10.0.0.5:3000", "must begin with http:// (did you mean 'http://10.0.0.5:3000'?)"},
      {"what is this", "must begin with http://, but is 'what is this'"},
      {"htp://10.0.0.5", "must begin with http://, not 'htp://'"},
      {"https://10.0.0.5", "https to targets is not built yet (it is never sent in clear instead)"},
      {"H2C://10.0.0.5", "h2c to targets is not built yet (it is never sent in clear instead)"},
      {"http://", "the host is missing"},
      {"http://:3000", "the host is missing"},
      {"http:///x", "the host is missing"},
      {"http://user:secret@10.0.0.5", "must not hold a user or password"},
      {"http://user@10.0.0.5", "must not hold a user or password"},
      {"http://h:0", "the port must be between 1 and 65535, not 0"},
      {"http://h:65536", "the port must be between 1 and 65535, not 65536"},
      {"http://h:", "the port must be a whole number, not ''"},
      {"http://h:+80", "the port must be a whole number, not '+80'"},
      {"http://h:80a", "the port must be a whole number, not '80a'"},
      {"http://2001:db8::1", "an IPv6 address needs brackets: [2001:db8::1]"},
      {"http://[10.0.0.5]", "'[10.0.0.5]' is not an IPv6 address in brackets"},
      {"http://[::1", "'[::1' is not an IPv6 address in brackets"},
      {"http://[fe80::1%eth0]", "'[fe80::1%eth0]' is not an IPv6 address in brackets"},
      {"http://10.0.0.256:3000", "'10.0.0.256' is not an IPv4 address"},
      {"http://10.0.0:3000", "'10.0.0' is not an IPv4 address"},
      {"http://a..b", "'a..b' is not a host name"},
      {"http://-a", "'-a' is not a host name"},
      {"http://a b", "the host 'a b' contains ' ', which no host name may"},
      {"http://bücher.example",
       "the host 'bücher.example' is not ASCII; write it in its xn-- form"},
      {"http://h/?a=1",
       "must not have a query, a fragment or a backslash, but is 'http://h/?a=1'"}};
  for (const auto& [text, message] : kTable) {
    std::string fault;
    EXPECT_FALSE(ServerUrl::parse(text, &fault)) << text;
    EXPECT_EQ(fault, message);
  }
}

TEST(ServerUrl, LimitsTheLengthOfNames) {
  std::string fault;
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  EXPECT_TRUE(ServerUrl::parse("http://" + longest, &fault)) << fault;
  EXPECT_FALSE(ServerUrl::parse("http://" + longest + "b", &fault));
  EXPECT_FALSE(ServerUrl::parse("http://" + label + "a", &fault));
}

TEST(ServerUrl, NeedsNobodyToAskWhy) {
  EXPECT_FALSE(ServerUrl::parse("ftp://x", nullptr));
  EXPECT_TRUE(ServerUrl::parse("http://x", nullptr));
}

}  // namespace
}  // namespace gapura::conf
