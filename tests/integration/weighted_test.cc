// Weighted services over real sockets.
#include <gtest/gtest.h>
#include <map>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/load.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

/// Nine in ten to the seed's service, one to `canary`.
SeedFolder::Settings split(const FakeTarget& canary, const std::string& more = "") {
  SeedFolder::Settings settings;
  settings.dynamic =
      "http:\n"
      "  routers:\n"
      "    r: {rule: \"Path(`/calculate`)\", service: split}\n"
      "  services:\n"
      "    canary: {loadBalancer: {servers: [{url: \"" +
      canary.url() +
      "\"}]}}\n"
      "    split:\n"
      "      weighted:\n"
      "        services: [{name: calculate, weight: 9}, {name: canary}]\n" +
      more;
  return settings;
}

std::map<std::string, int> answers(RawClient& client, int times) {
  std::map<std::string, int> out;
  for (int i = 0; i < times; ++i) {
    const Response response = client.ask(get("/calculate"));
    EXPECT_EQ(response.status, 200) << response.fault;
    ++out[response.field("X-Target").value_or("?")];
  }
  return out;
}

TEST(Weighted, SplitsExactlyOnAConnection) {
  const FakeTarget stable("stable"), canary("canary");
  ServerFixture server({&stable}, split(canary));
  RawClient client(server.port());

  EXPECT_EQ(answers(client, 100), (std::map<std::string, int>{{"stable", 90}, {"canary", 10}}));
}

TEST(Weighted, CountsTheServiceThatAnswered) {
  const FakeTarget stable("stable"), canary("canary");
  ServerFixture server({&stable}, split(canary));
  RawClient client(server.port());
  answers(client, 20);

  RawClient metrics(server.internal_port());
  const std::string text = metrics.ask(get("/metrics")).body;

  EXPECT_NE(text.find("service=\"canary@file\"} 2\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("traefik_service_requests_total{code=\"200\",method=\"GET\","
                      "protocol=\"http\",service=\"split@file\""),
            std::string::npos);
}

TEST(Weighted, NoRequestFailsWhenAChildDies) {
  FakeTarget stable("stable"), canary("canary");
  ServerFixture server({&stable}, split(canary));
  RawClient client(server.port());
  answers(client, 10);
  canary.stop(FakeTarget::Stop::abruptly);

  EXPECT_EQ(answers(client, 40), (std::map<std::string, int>{{"stable", 40}}));
}

TEST(Weighted, AStickyClientKeepsItsChild) {
  const FakeTarget stable("stable"), canary("canary");
  ServerFixture server({&stable}, split(canary, "        sticky: {cookie: {name: lane}}\n"));
  RawClient client(server.port());
  Response first = client.ask(get("/calculate"));
  while (first.field("X-Target") != "canary") first = client.ask(get("/calculate"));
  const std::string line = first.field("Set-Cookie").value_or("");
  ASSERT_EQ(line.substr(0, 5), "lane=");

  for (int i = 0; i < 20; ++i) {
    RawClient anywhere(server.port());
    const Response kept =
        anywhere.ask(get("/calculate", "Cookie: " + line.substr(0, line.find(';')) + "\r\n"));
    EXPECT_EQ(kept.field("X-Target"), "canary");
    EXPECT_EQ(kept.field("Set-Cookie"), std::nullopt);
  }
}

TEST(Weighted, AChildsTargetDrainsUnderLoadWithoutAFailure) {
  FakeTarget a("a"), b("b"), canary("canary");
  ServerFixture server({&a, &b}, split(canary));
  Load load({.port = server.port(), .clients = 8});
  ASSERT_TRUE(eventually([&] { return b.requests() > 20; }));

  server.folder().write_services({&a});
  ASSERT_TRUE(server.admin().wait_until_gone(b.authority()));
  const std::uint64_t last = b.heads();
  b.stop(FakeTarget::Stop::abruptly);
  ASSERT_TRUE(load.run_for(200));
  load.stop();

  expect_all_good(load, {&a, &b, &canary});
  EXPECT_EQ(b.heads(), last);
}

TEST(Weighted, HasNoTargetsOfItsOwn) {
  const FakeTarget stable("stable"), canary("canary");
  ServerFixture server({&stable}, split(canary));

  const auto answer =
      server.admin().post("/api/v1/services/split/targets", "{\"url\": \"http://127.0.0.1:1\"}");

  EXPECT_GE(answer.status, 400);
  EXPECT_NE(answer.text.find("has no targets of its own"), std::string::npos) << answer.text;
}

TEST(HighestRandomWeight, AClientHasOneChildAndAnotherWhenThatCannotServe) {
  FakeTarget stable("stable"), other("other");
  SeedFolder::Settings settings;
  settings.dynamic =
      "http:\n"
      "  routers:\n"
      "    r: {rule: \"Path(`/calculate`)\", service: split}\n"
      "  services:\n"
      "    other: {loadBalancer: {servers: [{url: \"" +
      other.url() +
      "\"}]}}\n"
      "    split: {highestRandomWeight: {services: [{name: calculate}, {name: other}]}}\n";
  ServerFixture server({&stable}, settings);
  std::map<std::string, int> seen;
  for (int i = 0; i < 10; ++i) {
    RawClient client(server.port());  // any worker
    for (const auto& [target, count] : answers(client, 2)) seen[target] += count;
  }
  ASSERT_EQ(seen.size(), 1U);

  const bool is_stable = seen.begin()->first == "stable";
  (is_stable ? stable : other).stop(FakeTarget::Stop::abruptly);
  RawClient client(server.port());
  EXPECT_EQ(answers(client, 10),
            (std::map<std::string, int>{{is_stable ? "other" : "stable", 10}}));
}

}  // namespace
}  // namespace gapura::test
