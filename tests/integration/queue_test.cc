// maxInFlight and the queue, over real sockets and two workers.
#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/fake_target.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

SeedFolder::Settings limited(const std::string& queue, const std::string& in_flight_max = "1") {
  SeedFolder::Settings settings;
  settings.more_load_balancer =
      "        maxInFlight: " + in_flight_max + "\n        queue: {" + queue + "}\n";
  return settings;
}

/// A target whose answers wait for a gate.
struct HeldTarget {
  HeldTarget() {
    reply.gate_before_head = std::make_shared<Gate>();
    target.on("/calculate", reply);
  }
  void open() { reply.gate_before_head->open(); }
  FakeTarget target{"held"};
  Reply reply;
};

double labelled_metric(const ServerFixture& server, const std::string& name) {
  RawClient client(server.internal_port());
  const std::string body = client.ask(get("/metrics")).body;
  const std::size_t at = body.find("\n" + name + "{");
  if (at == std::string::npos) return -1;
  return std::stod(body.substr(body.find("} ", at) + 2));
}

bool has_waiting(const ServerFixture& server, double count) {
  return eventually(
      [&] { return labelled_metric(server, "gapura_service_queue_length") == count; });
}

std::unique_ptr<RawClient> asking(const ServerFixture& server, const std::string& fields = "") {
  auto client = std::make_unique<RawClient>(server.port());
  client->send(get("/calculate", fields));
  return client;
}

TEST(Queue, RequestsWaitForRoomAndAreAllServed) {
  HeldTarget held;
  ServerFixture server({&held.target}, limited("timeout: 60s"));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(asking(server));
  ASSERT_TRUE(has_waiting(server, 19));
  ASSERT_TRUE(eventually([&] { return held.target.heads() == 1; }));

  held.open();

  for (const auto& client : clients) EXPECT_EQ(client->read_response().status, 200);
  EXPECT_EQ(labelled_metric(server, "gapura_service_queue_length"), 0);
  EXPECT_EQ(labelled_metric(server, "gapura_service_queue_waits_total"), 19);
  EXPECT_GT(labelled_metric(server, "gapura_service_queue_wait_seconds_total"), 0);
}

TEST(Queue, FirstComeFirstServed) {
  HeldTarget held;
  std::mutex mutex;
  std::string order;
  const Reply reply = held.reply;
  held.target.on("/calculate", [&, reply](const Request& request) {
    const std::lock_guard lock(mutex);
    order += request.field("X-Turn").value_or("?");
    return reply;
  });
  SeedFolder::Settings settings = limited("timeout: 60s");
  settings.workers = 1;  // between workers it is so but for requests on their way
  ServerFixture server({&held.target}, settings);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(asking(server, "X-Turn: " + std::to_string(i) + "\r\n"));
    ASSERT_TRUE(eventually([&] { return held.target.heads() == 1; }));
    ASSERT_TRUE(has_waiting(server, i));
  }

  held.open();

  for (const auto& client : clients) EXPECT_EQ(client->read_response().status, 200);
  EXPECT_EQ(order, "012345");
}

TEST(Queue, WhoIsLateOrTooManyGetsA503ThatSaysWhenToComeBack) {
  HeldTarget held;
  ServerFixture server({&held.target}, limited("maxLength: 1, timeout: 200ms"));
  const auto served = asking(server);
  ASSERT_TRUE(eventually([&] { return held.target.heads() == 1; }));
  const auto late = asking(server);
  const auto more = asking(server);

  for (const auto* client : {&late, &more}) {
    const Response response = (*client)->read_response();
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.field("Retry-After"), "1");
  }
  held.open();
  EXPECT_EQ(served->read_response().status, 200);
  EXPECT_EQ(held.target.heads(), 1U) << "those refused never reached it";
}

TEST(Queue, OfNoLengthRefusesAtOnce) {
  HeldTarget held;
  ServerFixture server({&held.target}, limited("maxLength: 0, timeout: 1h"));
  const auto served = asking(server);
  ASSERT_TRUE(eventually([&] { return held.target.heads() == 1; }));

  EXPECT_EQ(asking(server)->read_response().status, 503);

  held.open();
  EXPECT_EQ(served->read_response().status, 200);
  EXPECT_TRUE(eventually([&] { return asking(server)->read_response().status == 200; }))
      << "its place is free once its answer has been sent";
}

TEST(Queue, AClientThatLeavesMakesRoomForTheNext) {
  HeldTarget held;
  ServerFixture server({&held.target}, limited("maxLength: 2, timeout: 60s"));
  const auto served = asking(server);
  ASSERT_TRUE(eventually([&] { return held.target.heads() == 1; }));
  const auto leaving = asking(server);
  ASSERT_TRUE(has_waiting(server, 1));
  const auto staying = asking(server);
  ASSERT_TRUE(has_waiting(server, 2));

  leaving->reset();

  ASSERT_TRUE(has_waiting(server, 1));
  held.open();
  EXPECT_EQ(served->read_response().status, 200);
  EXPECT_EQ(staying->read_response().status, 200);
}

TEST(Queue, ANewTargetServesThoseWhoWait) {
  HeldTarget held;
  const FakeTarget fresh("fresh");
  ServerFixture server({&held.target}, limited("timeout: 60s"));
  const auto served = asking(server);
  ASSERT_TRUE(eventually([&] { return held.target.heads() == 1; }));
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (int i = 0; i < 8; ++i) waiting.push_back(asking(server));
  ASSERT_TRUE(has_waiting(server, 8));

  server.folder().write_services({&held.target, &fresh});
  server.reload();

  for (const auto& client : waiting) {
    EXPECT_EQ(client->read_response().field("X-Target"), "fresh");
  }
  held.open();
  EXPECT_EQ(served->read_response().status, 200);
}

TEST(Queue, ThoseWhoWaitAreToldWhenTheirServiceGoes) {
  HeldTarget held;
  ServerFixture server({&held.target}, limited("timeout: 60s"));
  const auto served = asking(server);
  ASSERT_TRUE(eventually([&] { return held.target.heads() == 1; }));
  const auto waiting = asking(server);
  ASSERT_TRUE(has_waiting(server, 1));

  write_file(server.folder().services_file(),
             "http:\n  services:\n    calculate:\n      loadBalancer:\n        servers: []\n"
             // So long the last target goes on serving; then it is let go.
             "        maxInFlight: 1\n        queue: {timeout: 60s}\n        drainTimeout: 3s\n");
  server.reload();

  EXPECT_EQ(waiting->read_response().status, 503);
  held.open();
  EXPECT_EQ(served->read_response().status, 200) << "what is in flight ends";
}

/// The limit is exact over workers, and no wake-up is lost: else this would end by its deadline.
TEST(Queue, ManyClientsOnTwoWorkersNeverPassTheLimit) {
  constexpr int kClients = 24, kRequests = 40;
  std::atomic<int> now{0}, most{0};
  FakeTarget a("a"), b("b");
  for (FakeTarget* target : {&a, &b}) {
    target->on("/calculate", [](const Request&) { return Reply{}; });
  }
  // Counted at one of them: from its head's arrival to its answer.
  a.on("/calculate", [&](const Request&) {
    const int count = ++now;
    for (int seen = most; seen < count && !most.compare_exchange_weak(seen, count);) continue;
    std::this_thread::yield();
    --now;
    return Reply{};
  });
  for (const std::string strategy : {"wrr", "leastconn", "p2c"}) {
    SeedFolder::Settings settings = limited("timeout: 60s", "3");
    settings.more_load_balancer += "        strategy: " + strategy + "\n";
    ServerFixture server({&a, &b}, settings);
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i) {
      threads.emplace_back([&] {
        RawClient client(server.port());
        for (int n = 0; n < kRequests; ++n) {
          const auto answer = client.ask(get("/calculate"));
          good += answer.status == 200;
          EXPECT_EQ(answer.status, 200) << answer.body << answer.fault;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();

    EXPECT_EQ(good, kClients * kRequests) << strategy;
    EXPECT_EQ(labelled_metric(server, "gapura_service_queue_length"), 0);
  }
  EXPECT_LE(most, 3);
  EXPECT_GT(most, 0);
}

}  // namespace
}  // namespace gapura::test
