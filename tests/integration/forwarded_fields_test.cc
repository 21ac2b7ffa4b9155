// What a target is told about the client, and what stays between two neighbours (RFC 9110 7.6.1).
#include <unistd.h>

#include <gtest/gtest.h>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

/// One value, or what is wrong.
std::string only(const Message& message, std::string_view name) {
  const std::vector<std::string> values = message.all(name);
  return values.size() == 1 ? values[0] : std::to_string(values.size()) + " fields";
}

TEST(ForwardedFields, AreSetAsTraefikSetsThem) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient client(server.port());

  ASSERT_EQ(client.ask(get("/calculate", "", "shop.example.com:8443")).status, 200);
  const Request seen = target.last_request();

  char hostname[256] = {};
  ::gethostname(hostname, sizeof hostname - 1);
  EXPECT_EQ(only(seen, "Host"), "shop.example.com:8443");
  EXPECT_EQ(only(seen, "X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(only(seen, "X-Forwarded-Proto"), "http");
  EXPECT_EQ(only(seen, "X-Forwarded-Host"), "shop.example.com:8443");
  EXPECT_EQ(only(seen, "X-Forwarded-Port"), "8443");
  EXPECT_EQ(only(seen, "X-Forwarded-Server"), hostname);
  EXPECT_EQ(only(seen, "X-Real-Ip"), "127.0.0.1");
}

TEST(ForwardedFields, PortIsThatOfTheSchemeWhenHostHasNone) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient client(server.port());

  ASSERT_EQ(client.ask(get("/calculate", "", "shop.example.com")).status, 200);

  EXPECT_EQ(only(target.last_request(), "X-Forwarded-Port"), "80");
}

constexpr const char* kForged =
    "X-Forwarded-For: 6.6.6.6\r\nx-forwarded-proto: https\r\nX-Forwarded-Host: evil.example\r\n"
    "X-Forwarded-Port: 666\r\nX-Forwarded-Server: evil\r\nX-Real-IP: 6.6.6.6\r\n"
    "X_Forwarded_For: 6.6.6.6\r\n";

TEST(ForwardedFields, ThoseOfAnUntrustedClientAreDropped) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient client(server.port());

  ASSERT_EQ(client.ask(get("/calculate", kForged)).status, 200);
  const Request seen = target.last_request();

  for (const auto& [name, value] : seen.fields) {
    EXPECT_EQ(value.find("6.6.6"), std::string::npos) << name;
    EXPECT_EQ(value.find("evil"), std::string::npos) << name;
    EXPECT_NE(value, "666") << name;
  }
  EXPECT_EQ(only(seen, "X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(only(seen, "X-Forwarded-Proto"), "http");
  EXPECT_TRUE(seen.all("X_Forwarded_For").empty());
}

TEST(ForwardedFields, ThoseOfATrustedClientAreContinued) {
  const FakeTarget target("a");
  SeedFolder::Settings settings;
  settings.more_entry_point = "    forwardedHeaders:\n      trustedIPs:\n        - 127.0.0.0/8\n";
  ServerFixture server({&target}, settings);
  RawClient client(server.port());

  ASSERT_EQ(client.ask(get("/calculate", kForged)).status, 200);
  const Request seen = target.last_request();

  EXPECT_EQ(only(seen, "X-Forwarded-For"), "6.6.6.6, 127.0.0.1");
  EXPECT_EQ(only(seen, "X-Forwarded-Proto"), "https");
  EXPECT_EQ(only(seen, "X-Forwarded-Host"), "evil.example");
  EXPECT_EQ(only(seen, "X-Forwarded-Port"), "666");
}

TEST(ForwardedFields, CannotBeStrippedThroughConnection) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient client(server.port());
  const char* const fields =
      "Connection: X-Forwarded-For, X-Real-Ip, X-Forwarded-Host, keep-alive\r\n";

  ASSERT_EQ(client.ask(get("/calculate", fields)).status, 200);
  const Request seen = target.last_request();

  EXPECT_EQ(only(seen, "X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(only(seen, "X-Real-Ip"), "127.0.0.1");
  EXPECT_EQ(only(seen, "X-Forwarded-Host"), "localhost");
}

TEST(HopByHop, FieldsOfARequestStayHere) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient client(server.port());

  ASSERT_EQ(client
                .ask(get("/calculate",
                         "Connection: keep-alive, X-Mine\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\n"
                         "Proxy-Connection: keep-alive\r\nProxy-Authorization: Basic eDp5\r\n"
                         "Upgrade: h2c\r\nX-Kept: yes\r\n"))
                .status,
            200);
  const Request seen = target.last_request();

  for (const char* name :
       {"X-Mine", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Upgrade"}) {
    EXPECT_TRUE(seen.all(name).empty()) << name;
  }
  EXPECT_EQ(only(seen, "X-Kept"), "yes");
  for (const std::string& value : seen.all("Connection")) {
    EXPECT_EQ(value.find("X-Mine"), std::string::npos);
  }
}

TEST(HopByHop, FieldsOfAResponseStayHere) {
  FakeTarget target("a");
  Reply reply;
  reply.fields = {{"Connection", "X-Theirs, keep-alive"},
                  {"X-Theirs", "1"},
                  {"Keep-Alive", "timeout=5"},
                  {"X-Kept", "yes"},
                  {"Set-Cookie", "a=1"},
                  {"Set-Cookie", "b=2"}};
  reply.body = "x";
  target.on("/calculate", reply);
  ServerFixture server({&target});
  RawClient client(server.port());

  const Response seen = client.ask(get("/calculate"));

  EXPECT_EQ(seen.status, 200);
  EXPECT_TRUE(seen.all("X-Theirs").empty());
  EXPECT_TRUE(seen.all("Keep-Alive").empty());
  EXPECT_EQ(only(seen, "X-Kept"), "yes");
  EXPECT_EQ(seen.all("Set-Cookie"), (std::vector<std::string>{"a=1", "b=2"}));
  EXPECT_FALSE(only(seen, "Date").empty());  // added where the target sends none (RFC 9110 6.6.1)
}

TEST(PassHostHeader, WhenFalseTheTargetSeesItsOwnName) {
  const FakeTarget target("a");
  SeedFolder::Settings settings;
  settings.more_load_balancer = "        passHostHeader: false\n";
  ServerFixture server({&target}, settings);
  RawClient client(server.port());

  ASSERT_EQ(client.ask(get("/calculate", "", "shop.example.com")).status, 200);
  const Request seen = target.last_request();

  EXPECT_EQ(only(seen, "Host"), target.authority());
  EXPECT_EQ(only(seen, "X-Forwarded-Host"), "shop.example.com");
}

TEST(RequestTarget, IsPassedOnAsItCameButNormalised) {
  const FakeTarget target("a");
  SeedFolder::Settings settings;
  settings.dynamic =
      "http:\n  routers:\n    all:\n      rule: PathPrefix(`/`)\n      service: calculate\n";
  ServerFixture server({&target}, settings);
  RawClient client(server.port());

  for (const std::string path : {"/", "/a?b=c&d=%20e", "/a%2Fb%20c?x=/../y", "/a;b=c"}) {
    ASSERT_EQ(client.ask(get(path)).status, 200) << path;
    EXPECT_EQ(target.last_request().target, path);
  }
  // But for escapes that need not be: rules and targets must see the same path (RFC 3986 6.2.2.2).
  ASSERT_EQ(client.ask(get("/%41%2Fb/./c")).status, 200);
  EXPECT_EQ(target.last_request().target, "/A%2Fb/c");
}

}  // namespace
}  // namespace gapura::test
