#include "base/net/endpoint.h"

#include <arpa/inet.h>

#include <gtest/gtest.h>
#include <string_view>

namespace gapura {
namespace {

TEST(Endpoint, IsNotSetAtFirst) {
  const Endpoint none;

  EXPECT_FALSE(none.is_set());
  EXPECT_EQ(none.port(), 0);
  EXPECT_EQ(none.address(), "");
  EXPECT_EQ(none.to_string(), "");
  EXPECT_EQ(none, Endpoint());
}

TEST(Endpoint, ParsesIpv4) {
  const auto parsed = Endpoint::parse("10.0.0.5", 3000);

  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->is_v4());
  EXPECT_EQ(parsed->port(), 3000);
  EXPECT_EQ(parsed->address(), "10.0.0.5");
  EXPECT_EQ(parsed->to_string(), "10.0.0.5:3000");
  EXPECT_EQ(parsed->data()->sa_family, AF_INET);
  EXPECT_EQ(parsed->size(), sizeof(sockaddr_in));
}

TEST(Endpoint, TakesAnotherPort) {
  EXPECT_EQ(Endpoint::parse("10.0.0.5", 3000)->with_port(81).to_string(), "10.0.0.5:81");
  EXPECT_EQ(Endpoint::parse("2001:db8::1", 80)->with_port(81).to_string(), "[2001:db8::1]:81");
  EXPECT_FALSE(Endpoint().with_port(81).is_set());
}

TEST(Endpoint, ParsesIpv6) {
  const auto parsed = Endpoint::parse("2001:DB8:0::1", 80);

  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->is_v4());
  EXPECT_EQ(parsed->port(), 80);
  EXPECT_EQ(parsed->address(), "2001:db8::1");
  EXPECT_EQ(parsed->to_string(), "[2001:db8::1]:80");
  EXPECT_EQ(parsed->size(), sizeof(sockaddr_in6));
}

TEST(Endpoint, HoldsMappedAddressesAsPlainIpv4) {
  const auto mapped = Endpoint::parse("::ffff:192.0.2.7", 443);
  const auto plain = Endpoint::parse("192.0.2.7", 443);

  ASSERT_TRUE(mapped);
  EXPECT_TRUE(mapped->is_v4());
  EXPECT_EQ(mapped->to_string(), "192.0.2.7:443");
  EXPECT_EQ(*mapped, *plain);
}

TEST(Endpoint, NormalisesWhatADualStackSocketReports) {
  sockaddr_in6 reported{};
  reported.sin6_family = AF_INET6;
  reported.sin6_port = htons(51234);
  ASSERT_EQ(inet_pton(AF_INET6, "::ffff:203.0.113.9", &reported.sin6_addr), 1);

  const Endpoint peer = Endpoint::from(reinterpret_cast<const sockaddr*>(&reported));

  EXPECT_TRUE(peer.is_v4());
  EXPECT_EQ(peer.to_string(), "203.0.113.9:51234");
}

TEST(Endpoint, TakesBothFamiliesFromTheKernel) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(1);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(65535);
  v6.sin6_addr = in6addr_loopback;

  EXPECT_EQ(Endpoint::from(reinterpret_cast<const sockaddr*>(&v4)).to_string(), "127.0.0.1:1");
  EXPECT_EQ(Endpoint::from(reinterpret_cast<const sockaddr*>(&v6)).to_string(), "[::1]:65535");
}

TEST(Endpoint, IsNotSetFromAnotherFamily) {
  sockaddr_storage unix_address{};
  unix_address.ss_family = AF_UNIX;

  EXPECT_FALSE(Endpoint::from(reinterpret_cast<const sockaddr*>(&unix_address)).is_set());
}

TEST(Endpoint, RefusesWhatIsNotALiteral) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "localhost"sv, "example.com"sv, "10.0.0"sv, "10.0.0.256"sv, "10.0.0.5 "sv,
        " 10.0.0.5"sv, "[::1]"sv, "::1]"sv, "1::2::3"sv, "10.0.0.5:80"sv, "010.0.0.1x"sv,
        "127.0.0.1\0.evil"sv, "fe80::1%lo"sv}) {
    EXPECT_FALSE(Endpoint::parse(text, 80)) << text;
  }
}

TEST(Endpoint, EqualityIsAddressAndPort) {
  EXPECT_EQ(*Endpoint::parse("10.0.0.5", 1), *Endpoint::parse("10.0.0.5", 1));
  EXPECT_FALSE(*Endpoint::parse("10.0.0.5", 1) == *Endpoint::parse("10.0.0.5", 2));
  EXPECT_FALSE(*Endpoint::parse("10.0.0.5", 1) == *Endpoint::parse("10.0.0.6", 1));
  EXPECT_EQ(*Endpoint::parse("::1", 1), *Endpoint::parse("0:0::1", 1));
  EXPECT_FALSE(*Endpoint::parse("::1", 1) == *Endpoint::parse("::2", 1));
  EXPECT_FALSE(*Endpoint::parse("::1", 1) == *Endpoint::parse("127.0.0.1", 1));
  EXPECT_FALSE(Endpoint() == *Endpoint::parse("0.0.0.0", 0));
}

}  // namespace
}  // namespace gapura
