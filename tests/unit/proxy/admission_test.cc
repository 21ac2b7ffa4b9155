#include "proxy/admission.h"

#include <gtest/gtest.h>

namespace gapura::proxy {
namespace {

Endpoint client(const char* address) {
  return *Endpoint::parse(address, 1234);
}

TEST(Admission, IsFullWhenAsManyAreOpenAsMayBe) {
  Admission admission(2, 0);
  admission.opened();
  EXPECT_FALSE(admission.is_full());
  admission.opened();
  EXPECT_TRUE(admission.is_full());
  admission.closed();
  EXPECT_FALSE(admission.is_full());
}

TEST(Admission, HasNoLimitUnlessOneIsGiven) {
  Admission admission(0, 0);
  for (int i = 0; i < 100; ++i) admission.opened();
  EXPECT_FALSE(admission.is_full());
  EXPECT_FALSE(admission.counts_clients());
}

TEST(Admission, CountsEachClientForItself) {
  Admission admission(0, 2);
  EXPECT_TRUE(admission.counts_clients());
  EXPECT_TRUE(admission.enter(client("192.0.2.1")));
  EXPECT_TRUE(admission.enter(client("192.0.2.1")));
  EXPECT_FALSE(admission.enter(client("192.0.2.1")));
  EXPECT_TRUE(admission.enter(client("192.0.2.2")));

  admission.leave(client("192.0.2.1"));
  EXPECT_TRUE(admission.enter(client("192.0.2.1")));
  EXPECT_FALSE(admission.enter(client("192.0.2.1")));
}

TEST(Admission, TakesANetworkOf64BitsForOneClient) {
  Admission admission(0, 1);
  EXPECT_TRUE(admission.enter(client("2001:db8:0:1::1")));
  EXPECT_FALSE(admission.enter(client("2001:db8:0:1:ffff::2")));
  EXPECT_TRUE(admission.enter(client("2001:db8:0:2::1")));
  EXPECT_TRUE(admission.enter(client("255.255.255.255")));
}

}  // namespace
}  // namespace gapura::proxy
