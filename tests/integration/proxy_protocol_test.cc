// Behind a load balancer that says by PROXY protocol who the client is.
#include <gtest/gtest.h>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

using namespace std::string_literals;

constexpr const char* kVersion1 = "PROXY TCP4 192.0.2.7 198.51.100.1 50000 80\r\n";
const std::string kVersion2 =
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\x7f\0\0\x01\xc3\x50\0\x50"s;

SeedFolder::Settings trusting(const std::string& network, const std::string& more_static = "") {
  return {.workers = 1,
          .more_static = more_static,
          .more_entry_point = "    proxyProtocol: {trustedIPs: [\"" + network + "\"]}\n"};
}

TEST(ProxyProtocol, TheClientIsWhomAPeerThatIsTrustedNames) {
  const FakeTarget target("a");
  ServerFixture server({&target}, trusting("127.0.0.0/8"));
  for (const std::string& preamble : {std::string(kVersion1), kVersion2}) {
    RawClient client(server.port());
    for (int i = 0; i < 2; ++i) {  // the second request of a connection has no preamble
      ASSERT_EQ(client.ask((i == 0 ? preamble : "") + get("/calculate")).status, 200);
      EXPECT_EQ(target.last_request().field("X-Forwarded-For"), "192.0.2.7");
      EXPECT_EQ(target.last_request().field("X-Real-Ip"), "192.0.2.7");
    }
  }
}

TEST(ProxyProtocol, APreambleMayComeInPartsOrNotAtAll) {
  const FakeTarget target("a");
  ServerFixture server({&target}, trusting("127.0.0.1"));
  for (const std::string& preamble : {std::string(kVersion1), kVersion2}) {
    RawClient dribbling(server.port());
    for (const char c : preamble + get("/calculate")) {
      ASSERT_TRUE(dribbling.send(std::string(1, c)));
    }
    ASSERT_EQ(dribbling.read_response().status, 200);
    EXPECT_EQ(target.last_request().field("X-Real-Ip"), "192.0.2.7");
  }
  RawClient plain(server.port());
  EXPECT_EQ(plain.ask(get("/calculate")).status, 200);
  EXPECT_EQ(target.last_request().field("X-Real-Ip"), "127.0.0.1");
}

TEST(ProxyProtocol, FromAnybodyElseItIsNoHttp) {
  const FakeTarget target("a");
  ServerFixture server({&target}, trusting("192.0.2.0/24"));
  for (const std::string& preamble : {std::string(kVersion1), kVersion2}) {
    RawClient client(server.port());
    EXPECT_EQ(client.ask(preamble + get("/calculate")).status, 400);
    EXPECT_TRUE(client.sees_close());
  }
  EXPECT_EQ(target.requests(), 0u);
}

TEST(ProxyProtocol, ABrokenPreambleIsRefused) {
  const FakeTarget target("a");
  ServerFixture server({&target}, trusting("127.0.0.1"));
  RawClient client(server.port());
  EXPECT_EQ(client.ask("PROXY TCP4 nonsense\r\n" + get("/calculate")).status, 400);
  EXPECT_TRUE(client.sees_close());
  EXPECT_EQ(target.requests(), 0u);
}

// The limit by client counts whom the preamble names: the load balancer has many connections.
TEST(ProxyProtocol, ClientsAreCountedBehindTheirPreamble) {
  const FakeTarget target("a");
  ServerFixture server({&target}, trusting("127.0.0.1", "limits: {maxConnectionsPerClient: 1}\n"));
  RawClient first(server.port());
  ASSERT_EQ(first.ask(kVersion1 + get("/calculate")).status, 200);
  RawClient same(server.port());
  EXPECT_EQ(same.ask(kVersion1 + get("/calculate")).status, 429);
  RawClient other(server.port());
  EXPECT_EQ(other.ask("PROXY TCP4 192.0.2.8 198.51.100.1 50000 80\r\n" + get("/calculate")).status,
            200);
}

}  // namespace
}  // namespace gapura::test
