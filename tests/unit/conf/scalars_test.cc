#include "conf/scalars.h"

#include <gtest/gtest.h>

namespace gapura::conf {
namespace {

using std::chrono::hours;

TEST(Duration, IsReadAsTraefikWritesIt) {
  const std::vector<std::pair<const char*, std::int64_t>> kTable{{"0", 0},
                                                                 {"10", 10'000},
                                                                 {"+10", 10'000},
                                                                 {"300ms", 300},
                                                                 {"10s", 10'000},
                                                                 {"1m30s", 90'000},
                                                                 {"2h", 7'200'000},
                                                                 {"1.5h", 5'400'000},
                                                                 {"0.3s", 300},
                                                                 {".5s", 500},
                                                                 {"1h0m0s", 3'600'000},
                                                                 {"0s", 0},
                                                                 {"1s500ms", 1'500},
                                                                 {"1ms", 1},
                                                                 {"1us", 1},
                                                                 {"1500µs", 2},
                                                                 {"1000μs", 1},
                                                                 {"999999ns", 1},
                                                                 {"1h2m3s4ms", 3'723'004},
                                                                 {"100ms100ms", 200}};
  for (const auto& [text, ms] : kTable) {
    std::string fault;
    const auto read = parse_duration(text, &fault);
    ASSERT_TRUE(read) << text << ": " << fault;
    EXPECT_EQ(read->count(), ms) << text;
  }
}

TEST(Duration, RefusesWhatIsNone) {
  for (const char* text : {"", " ", "s", "10 s", "10sec", "1d", "ten", "1e3s", "1..5s", ".s",
                           "1m30", "1:30", "0x10", "nan", "inf", "1S"}) {
    std::string fault;
    EXPECT_FALSE(parse_duration(text, &fault)) << text;
    EXPECT_EQ(fault, std::string("must be a duration such as 300ms, 10s or 1m30s (a bare number is "
                                 "seconds), not '") +
                         text + "'");
  }
}

TEST(Duration, IsNeverNegativeAndAtMostAHundredYears) {
  std::string fault;
  EXPECT_FALSE(parse_duration("-1s", &fault));
  EXPECT_EQ(fault, "must not be negative, but is '-1s'");
  EXPECT_EQ(parse_duration("876000h", &fault), hours(876'000));
  EXPECT_FALSE(parse_duration("876000h1ms", &fault));
  EXPECT_EQ(fault, "is too long: at most 876000h (100 years), not '876000h1ms'");
  EXPECT_FALSE(parse_duration("99999999999999999999999999", &fault));
  EXPECT_FALSE(parse_duration(std::string(400, '9') + "h", &fault));
}

TEST(Bool, TakesGosWordsInAnyCase) {
  std::string fault;
  for (const char* text : {"true", "True", "TRUE", "t", "1"}) {
    EXPECT_EQ(parse_bool(text, &fault), true) << text;
  }
  for (const char* text : {"false", "False", "FALSE", "F", "0"}) {
    EXPECT_EQ(parse_bool(text, &fault), false) << text;
  }
  for (const char* text : {"", "yes", "on", "2", "truee"}) {
    EXPECT_FALSE(parse_bool(text, &fault)) << text;
  }
  EXPECT_EQ(fault, "must be true or false, not 'truee'");
}

TEST(Integer, StaysWithinItsLimits) {
  std::string fault;
  EXPECT_EQ(parse_integer("1", 1, 10, &fault), 1);
  EXPECT_EQ(parse_integer("10", 1, 10, &fault), 10);
  EXPECT_EQ(parse_integer("+7", 1, 10, &fault), 7);
  EXPECT_EQ(parse_integer("-3", -3, 10, &fault), -3);
  EXPECT_FALSE(parse_integer("0", 1, 10, &fault));
  EXPECT_EQ(fault, "must be between 1 and 10, not 0");
  EXPECT_FALSE(parse_integer("11", 1, 10, &fault));
  EXPECT_FALSE(parse_integer("99999999999999999999", 1, 10, &fault));
  EXPECT_EQ(fault, "must be between 1 and 10, not 99999999999999999999");
  for (const char* text : {"", "a", "1.0", "1 ", "0x1", "--1", "+-1", "+"}) {
    EXPECT_FALSE(parse_integer(text, 1, 10, &fault)) << text;
    EXPECT_EQ(fault, std::string("must be a whole number, not '") + text + "'");
  }
}

TEST(Number, MustBeFinite) {
  std::string fault;
  EXPECT_EQ(parse_number("0.1", &fault), 0.1);
  EXPECT_EQ(parse_number("5", &fault), 5.0);
  EXPECT_EQ(parse_number("1e-3", &fault), 0.001);
  for (const char* text : {"", "x", "0.1s", "inf", "nan", "1e999"}) {
    EXPECT_FALSE(parse_number(text, &fault)) << text;
  }
}

struct ListenCase {
  const char* text;
  const char* host;
  std::uint16_t port;
};

TEST(ListenAddressText, TakesHostsAndEveryAddress) {
  for (const ListenCase& one : {ListenCase{":80", "", 80},
                                {":0", "", 0},
                                {"0.0.0.0:80", "0.0.0.0", 80},
                                {"127.0.0.1:8080/tcp", "127.0.0.1", 8080},
                                {"[::1]:443", "::1", 443},
                                {"[::]:80", "::", 80},
                                {"LocalHost:81", "localhost", 81},
                                {":65535", "", 65'535}}) {
    std::string fault;
    const auto read = parse_listen_address(one.text, &fault);
    ASSERT_TRUE(read) << one.text << ": " << fault;
    EXPECT_EQ(*read, (ListenAddress{one.host, one.port})) << one.text;
  }
}

TEST(ListenAddressText, SaysWhatIsWrong) {
  const std::vector<std::pair<const char*, const char*>> kTable{
      {"80", "must be \"host:port\" or \":port\", not '80' (did you mean \":80\"?)"},
      {"web", "must be \"host:port\" or \":port\", not 'web'"},
      {"", "must be \"host:port\" or \":port\", not ''"},
      {":", "the port must be a whole number, not ''"},
      {":http", "the port must be a whole number, not 'http'"},
      {":65536", "the port must be between 0 and 65535, not 65536"},
      {":+80", "the port must be a whole number, not '+80'"},
      {":80/udp", "UDP is not built: ':80/udp' cannot be listened on"},
      {":80/sctp", "must end with a port, \"/tcp\" or nothing after it, but is ':80/sctp'"},
      {"::1:80", "an IPv6 address needs brackets: [::1]"},
      {"10.0.0:80", "'10.0.0' is not an IPv4 address"},
      {"a b:80", "the host 'a b' contains ' ', which no host name may"}};
  for (const auto& [text, message] : kTable) {
    std::string fault;
    EXPECT_FALSE(parse_listen_address(text, &fault)) << text;
    EXPECT_EQ(fault, message);
  }
}

TEST(TrustedRange, IsAnAddressOrACidr) {
  for (const char* text : {"10.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "10.0.0.1/32", "::1", "fd00::/8",
                           "2001:db8::/128"}) {
    EXPECT_TRUE(is_address_or_cidr(text)) << text;
  }
  for (const char* text : {"", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/a",
                           "fd00::/129", "localhost", "10.0.0.0/8/8", "[::1]"}) {
    EXPECT_FALSE(is_address_or_cidr(text)) << text;
  }
}

}  // namespace
}  // namespace gapura::conf
