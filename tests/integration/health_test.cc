// Targets are asked whether they are well; those that are not get no requests.
#include <atomic>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

constexpr const char* kCheck =
    "        healthCheck: {path: /health, interval: 200ms, timeout: 1s}\n        slowStart: 0\n";

Reply status(int code) {
  Reply reply;
  reply.status = code;
  return reply;
}

/// The next `count` answers are 200.
void expect_all_good(const ServerFixture& server, int count) {
  RawClient client(server.port());
  for (int i = 0; i < count; ++i) {
    const Response response = client.ask(get("/calculate"));
    ASSERT_EQ(response.status, 200) << i << " " << response.fault;
  }
}

TEST(HealthCheck, WhoFailsItGetsNoRequestsUntilItPasses) {
  FakeTarget a("a"), b("b");
  ServerFixture server({&a, &b}, {.more_load_balancer = kCheck});
  ASSERT_TRUE(server.admin().wait_for_state(a.authority(), "serving"));

  a.on("/health", status(503));
  a.on("/calculate", status(500));
  ASSERT_TRUE(server.admin().wait_for_state(a.authority(), "suspended"));
  expect_all_good(server, 50);

  a.on("/calculate", status(200));
  a.on("/health", status(200));
  ASSERT_TRUE(server.admin().wait_for_state(a.authority(), "serving"));
  const std::uint64_t before = a.ledger().total();
  expect_all_good(server, 50);
  EXPECT_GE(a.ledger().total() - before, 20u);
}

TEST(HealthCheck, ANewcomerGetsNothingUntilItPasses) {
  FakeTarget a("a"), late("late");
  late.on("/health", status(404));
  std::atomic<int> served = 0;
  late.on("/calculate", [&served](const Request&) {
    ++served;
    return Reply();
  });
  ServerFixture server({&a}, {.more_load_balancer = kCheck});

  const auto added =
      server.admin().post(AdminClient::targets_path(), "{\"url\": \"" + late.url() + "\"}");
  ASSERT_EQ(added.status, 201) << added.text;
  ASSERT_TRUE(server.admin().wait_for_state(late.authority(), "joining"));
  ASSERT_TRUE(eventually([&] { return late.heads() >= 2; }));  // asked again and again
  expect_all_good(server, 20);
  EXPECT_EQ(served, 0);

  late.on("/health", status(204));
  ASSERT_TRUE(server.admin().wait_for_state(late.authority(), "serving"));
  EXPECT_TRUE(eventually([&] {
    expect_all_good(server, 4);
    return served > 0;
  }));
}

TEST(HealthCheck, OneThatDoesNotAnswerInTimeFails) {
  FakeTarget a("a"), b("b");
  ServerFixture server(
      {&a, &b}, {.more_load_balancer =
                     "        healthCheck: {path: /health, interval: 200ms, timeout: 200ms}\n"});
  Reply silent;
  silent.gate_before_head = std::make_shared<Gate>();
  a.on("/health", silent);

  EXPECT_TRUE(server.admin().wait_for_state(a.authority(), "suspended"));
  silent.gate_before_head->open();
}

TEST(HealthCheck, AnAnswerWithoutWhatIsLookedForFails) {
  FakeTarget a("a"), b("b");
  Reply well;
  well.body = "all is fine here";
  well.framing = Reply::Framing::chunked;
  well.dribble_bytes = 3;
  b.on("/health", well);
  ServerFixture server({&a, &b},
                       {.more_load_balancer =
                            "        healthCheck: {path: /health, interval: 200ms, body: fine}\n"});
  EXPECT_TRUE(server.admin().wait_for_state(a.authority(), "suspended"));
  EXPECT_TRUE(server.admin().wait_for_state(b.authority(), "serving"));
}

/// With the port of `door`, where the targets are to be asked.
std::string check_at(const FakeTarget& door, const std::string& more = "") {
  return "        healthCheck: {path: /health, interval: 200ms, port: " +
         std::to_string(door.port()) + more + "}\n        slowStart: 0\n";
}

TEST(HealthCheck, AnotherPortThatIsWellMakesTheTargetWell) {
  FakeTarget a("a"), late("late"), door("door");
  late.on("/health", status(503));
  ServerFixture server({&a}, {.more_load_balancer = check_at(door)});
  const auto added =
      server.admin().post(AdminClient::targets_path(), "{\"url\": \"" + late.url() + "\"}");
  ASSERT_EQ(added.status, 201) << added.text;

  EXPECT_TRUE(server.admin().wait_for_state(late.authority(), "serving"));
  EXPECT_EQ(door.last_request().field("Host"), door.authority());
  EXPECT_EQ(late.heads(), 0u);
  EXPECT_EQ(a.heads(), 0u);
}

/// A member of `lastProbe` of the target asked for by itself, as JSON text.
std::string last_probe(ServerFixture& server, const FakeTarget& target, const char* member) {
  const auto shown = server.admin().get(AdminClient::target_path(target.authority()));
  const auto* object = shown.body.if_object();
  const auto* probe = object == nullptr ? nullptr : object->if_contains("lastProbe");
  if (probe == nullptr || !probe->is_object()) return "not there: " + shown.text;
  return boost::json::serialize(probe->at(member));
}

TEST(HealthCheck, TheLastProbeIsShownWithStatusAndError) {
  FakeTarget a("a"), b("b");
  ServerFixture server({&a, &b}, {.more_load_balancer = kCheck});
  EXPECT_TRUE(eventually([&] { return last_probe(server, a, "status") == "200"; }));
  EXPECT_EQ(last_probe(server, a, "ok"), "true");
  EXPECT_EQ(last_probe(server, a, "error"), "null");

  a.on("/health", status(503));
  EXPECT_TRUE(eventually([&] { return last_probe(server, a, "status") == "503"; }));
  EXPECT_EQ(last_probe(server, a, "ok"), "false");
  EXPECT_EQ(last_probe(server, a, "error"), "\"it answers 503\"");

  a.stop(FakeTarget::Stop::abruptly);
  EXPECT_TRUE(eventually([&] { return last_probe(server, a, "status") == "null"; }));
  EXPECT_EQ(last_probe(server, a, "error"), "\"Connection refused\"");
}

TEST(HealthCheck, AnotherPortThatIsNotWellSuspendsTheTarget) {
  FakeTarget a("a"), door("door");
  door.on("/health", status(503));
  ServerFixture server({&a}, {.more_load_balancer = check_at(door, ", hostname: shop.test")});

  EXPECT_TRUE(server.admin().wait_for_state(a.authority(), "suspended"));
  EXPECT_EQ(door.last_request().field("Host"), "shop.test");
  EXPECT_EQ(a.heads(), 0u);

  door.on("/health", status(200));
  EXPECT_TRUE(server.admin().wait_for_state(a.authority(), "serving"));
}

TEST(HealthCheck, ConnectingToAnotherPortIsEnoughWhereThatIsAskedFor) {
  FakeTarget a("a");
  std::uint16_t port = 0;
  Fd nobody = refused_port(port);
  ServerFixture server(
      {&a}, {.more_load_balancer = "        healthCheck: {mode: tcp, interval: 200ms, port: " +
                                   std::to_string(port) + "}\n"});
  ASSERT_TRUE(server.admin().wait_for_state(a.authority(), "suspended"));

  nobody.close();
  const FakeTarget door("door", port);
  EXPECT_TRUE(server.admin().wait_for_state(a.authority(), "serving"));
}

TEST(PassiveHealthCheck, WhoseRequestsFailIsLeftOutForAWhile) {
  FakeTarget a("a"), b("b");
  a.on("/calculate", status(500));
  ServerFixture server({&a, &b}, {.more_load_balancer = "        passiveHealthCheck: "
                                                        "{failureWindow: 2s, "
                                                        "maxFailedAttempts: 2}\n"});
  RawClient client(server.port());
  EXPECT_TRUE(eventually([&] {
    client.ask(get("/calculate"));
    return server.admin().target(a.authority())->state == "suspended";
  }));
  expect_all_good(server, 20);

  a.on("/calculate", status(200));
  EXPECT_TRUE(server.admin().wait_for_state(a.authority(), "serving"));
}

TEST(LastResort, DrainingTheOnlyTargetUnderLoadFailsNobodyUntilAnotherComes) {
  const FakeTarget a("a"), b("b");
  ServerFixture server({&a});
  RawClient client(server.port());
  ASSERT_EQ(client.ask(get("/calculate")).status, 200);

  const auto drained = server.admin().post(AdminClient::target_path(a.authority()) + "/drain", "");
  EXPECT_EQ(drained.status, 200) << drained.text;
  expect_all_good(server, 20);
  EXPECT_EQ(server.admin().target(a.authority())->state, "draining");

  const auto added =
      server.admin().post(AdminClient::targets_path(), "{\"url\": \"" + b.url() + "\"}");
  ASSERT_EQ(added.status, 201) << added.text;
  expect_all_good(server, 20);
  EXPECT_TRUE(server.admin().wait_for_state(a.authority(), "gone"));
}

TEST(Panic, WhoFailsItsCheckIsUsedWhileTooFewAreWell) {
  FakeTarget a("a"), b("b");
  a.on("/health", status(503));
  ServerFixture server(
      {&a, &b}, {.more_load_balancer = std::string(kCheck) + "        panicThreshold: 60\n"});
  ASSERT_TRUE(server.admin().wait_for_state(a.authority(), "suspended"));

  const std::uint64_t before = a.ledger().total();
  expect_all_good(server, 10);
  EXPECT_GE(a.ledger().total() - before, 5u) << "its turns, and perhaps checks";
  RawClient metrics(server.internal_port());
  const std::string panic = "gapura_service_panic{service=\"calculate@file\"} ";
  EXPECT_NE(metrics.ask(get("/metrics")).body.find(panic + "1\n"), std::string::npos);

  a.on("/health", status(200));
  ASSERT_TRUE(server.admin().wait_for_state(a.authority(), "serving"));
  EXPECT_NE(metrics.ask(get("/metrics")).body.find(panic + "0\n"), std::string::npos);
}

}  // namespace
}  // namespace gapura::test
