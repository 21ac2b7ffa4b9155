// How requests are shared out among targets.
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/fake_target.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

/// `count` requests, one after the other, over `clients` connections.
void ask_in_turn(std::uint16_t port, int clients, int count) {
  std::vector<std::unique_ptr<RawClient>> all;
  for (int i = 0; i < clients; ++i) all.push_back(std::make_unique<RawClient>(port));
  for (int i = 0; i < count; ++i) {
    RawClient& client = *all[static_cast<std::size_t>(i) % all.size()];
    const Response response = client.ask(get("/calculate"));
    ASSERT_EQ(response.status, 200) << i << response.fault;
  }
}

TEST(RoundRobin, IsEven) {
  const FakeTarget a("a"), b("b"), c("c");
  ServerFixture server({&a, &b, &c});

  ask_in_turn(server.port(), 8, 300);

  // Each of the two workers goes round on its own: one request of difference each.
  for (const FakeTarget* target : {&a, &b, &c}) {
    EXPECT_NEAR(static_cast<double>(target->requests()), 100, 2) << target->name();
  }
}

TEST(RoundRobin, HeedsWeights) {
  const FakeTarget a("a"), b("b"), c("c");
  ServerFixture server({ServerLine(a.url(), 1), ServerLine(b.url(), 2), ServerLine(c.url(), 5)});

  ask_in_turn(server.port(), 8, 800);

  EXPECT_NEAR(static_cast<double>(a.requests()), 100, 4);
  EXPECT_NEAR(static_cast<double>(b.requests()), 200, 4);
  EXPECT_NEAR(static_cast<double>(c.requests()), 500, 8);
}

TEST(RoundRobin, IsSmooth) {
  const FakeTarget a("a"), b("b");
  SeedFolder::Settings settings;
  settings.workers = 1;
  ServerFixture server({ServerLine(a.url(), 1), ServerLine(b.url(), 3)}, settings);
  RawClient client(server.port());
  std::string order;

  for (int i = 0; i < 16; ++i) {
    order += client.ask(get("/calculate")).field("X-Target").value_or("?");
  }

  // Never all of one target's share in a row.
  EXPECT_EQ(order.find("bbbbbb"), std::string::npos) << order;
  EXPECT_EQ(order.find("aa"), std::string::npos) << order;
  EXPECT_EQ(a.requests(), 4u) << order;
}

TEST(RoundRobin, LeavesOutServersWithoutWeight) {
  const FakeTarget a("a"), b("b");
  ServerFixture server({ServerLine(a.url(), 1)});
  server.folder().write_services({ServerLine(a.url(), 1), ServerLine(b.url(), -1)});
  server.reload();

  ask_in_turn(server.port(), 4, 40);

  EXPECT_EQ(a.requests(), 40u);
  EXPECT_EQ(b.requests(), 0u);
}

TEST(LeastConnections, ASlowTargetGetsOneRequestWhileTheFastOneServes) {
  FakeTarget slow("slow"), fast("fast");
  Reply held;
  held.gate_before_head = std::make_shared<Gate>();
  slow.on("/calculate", held);
  SeedFolder::Settings settings;
  settings.more_load_balancer = "        strategy: leastconn\n";
  ServerFixture server({&slow, &fast}, settings);

  // Each request has a connection of its own, so that both workers take part.
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(get("/calculate"));
    ASSERT_TRUE(eventually([&] { return slow.heads() + fast.heads() == i; }));
    // The fast one must have ended before the next is chosen.
    if (fast.heads() + slow.heads() == i && slow.heads() <= 1 && fast.heads() > 0) {
      ASSERT_TRUE(eventually([&] {
        const auto shown = server.admin().target(fast.authority());
        return shown && shown->in_flight == 0;
      }));
    }
  }

  // Both were idle at first, so that one request may have gone to the slow one; no second could.
  EXPECT_LE(slow.heads(), 1u);
  EXPECT_GE(fast.heads(), 39u);
  held.gate_before_head->open();
  for (const auto& client : clients) EXPECT_EQ(client->read_response().status, 200);
}

TEST(LeastConnections, RequestsUnderWayAreSharedEvenly) {
  FakeTarget a("a"), b("b"), c("c");
  Reply held;
  held.gate_before_head = std::make_shared<Gate>();
  for (FakeTarget* target : {&a, &b, &c}) target->on("/calculate", held);
  SeedFolder::Settings settings;
  settings.more_load_balancer = "        strategy: leastconn\n";
  ServerFixture server({&a, &b, &c}, settings);
  std::vector<std::unique_ptr<RawClient>> clients;

  for (std::uint64_t i = 1; i <= 30; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(get("/calculate"));
    ASSERT_TRUE(eventually([&] { return a.heads() + b.heads() + c.heads() == i; }));
  }

  for (const FakeTarget* target : {&a, &b, &c}) EXPECT_EQ(target->heads(), 10u) << target->name();
  held.gate_before_head->open();
  for (const auto& client : clients) EXPECT_EQ(client->read_response().status, 200);
}

}  // namespace
}  // namespace gapura::test
