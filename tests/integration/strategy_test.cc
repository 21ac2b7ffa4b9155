// Strategies over real sockets: what they need from the proxy reaches them.
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/support/fake_target.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

SeedFolder::Settings with(const std::string& strategy) {
  SeedFolder::Settings settings;
  settings.more_load_balancer = "        strategy: " + strategy + "\n";
  return settings;
}

/// Who answers a request with these fields, on a connection of its own (and so on any worker).
std::string who(const ServerFixture& server, const std::string& fields) {
  RawClient client(server.port());
  return client.ask(get("/calculate", fields)).field("X-Target").value_or("nobody");
}

TEST(HighestRandomWeight, TheSameKeyGoesToTheSameTarget) {
  const FakeTarget a("a"), b("b"), c("c");
  for (const std::string source : {"header", "cookie"}) {
    ServerFixture server({&a, &b, &c},
                         with("hrw\n        hash: {source: " + source + ", name: user}"));
    std::set<std::string> all;
    for (int user = 0; user < 60; ++user) {
      const std::string id = std::to_string(user);
      const std::string field =
          source == "header" ? "User: " + id + "\r\n" : "Cookie: a=b; user=" + id + "\r\n";
      const std::string home = who(server, field);
      for (int i = 0; i < 2; ++i) EXPECT_EQ(who(server, field), home) << user;
      all.insert(home);
    }
    EXPECT_EQ(all.size(), 3U) << "all of 60 keys on fewer than three targets";
  }
}

TEST(HighestRandomWeight, AClientStaysByItsAddress) {
  const FakeTarget a("a"), b("b"), c("c");
  ServerFixture server({&a, &b, &c}, with("hrw"));
  const std::string home = who(server, "");

  for (int i = 0; i < 12; ++i) EXPECT_EQ(who(server, ""), home);
}

TEST(LeastTime, ATargetThatDoesNotAnswerIsLeft) {
  FakeTarget held("held"), fast("fast");
  Reply reply;
  reply.gate_before_head = std::make_shared<Gate>();
  held.on("/calculate", reply);
  ServerFixture server({&held, &fast}, with("leasttime"));
  std::vector<std::unique_ptr<RawClient>> waiting;
  std::uint64_t in_a_row = 0;

  // How soon it is left depends on how long the machine makes the fast one's answers; that it is
  // left does not, because its wait grows.
  while (in_a_row < 20 && waiting.size() < 2'000) {
    const std::uint64_t before = held.heads();
    waiting.push_back(std::make_unique<RawClient>(server.port()));
    waiting.back()->send(get("/calculate"));
    const std::uint64_t sent = waiting.size();
    ASSERT_TRUE(eventually([&] { return held.heads() + fast.heads() == sent; }));
    in_a_row = held.heads() == before && held.heads() > 0 ? in_a_row + 1 : 0;
  }

  EXPECT_EQ(in_a_row, 20U) << held.heads() << " of " << waiting.size();
  reply.gate_before_head->open();
  for (const auto& one : waiting) EXPECT_EQ(one->read_response().status, 200);
}

TEST(Strategies, AllServeAndHeedWhoIsGone) {
  for (const std::string strategy : {"wrr", "leastconn", "p2c", "leasttime", "hrw", "random"}) {
    FakeTarget a("a"), b("b");
    ServerFixture server({&a, &b}, with(strategy));
    RawClient client(server.port());
    for (int i = 0; i < 10; ++i) EXPECT_EQ(client.ask(get("/calculate")).status, 200) << strategy;

    a.stop(FakeTarget::Stop::abruptly);

    for (int i = 0; i < 10; ++i) {
      const Response response = client.ask(get("/calculate"));
      EXPECT_EQ(response.status, 200) << strategy << response.fault;
      EXPECT_EQ(response.field("X-Target"), "b") << strategy;
    }
  }
}

}  // namespace
}  // namespace gapura::test
