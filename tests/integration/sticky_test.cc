// Sticky sessions over real sockets.
#include <gtest/gtest.h>
#include <map>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

SeedFolder::Settings sticky() {
  SeedFolder::Settings settings;
  settings.more_load_balancer = "        sticky:\n          cookie: {name: home, httpOnly: true}\n";
  return settings;
}

/// "home=…" out of an answer's Set-Cookie; empty: it has none.
std::string cookie_in(const Response& response) {
  const std::string line = response.field("Set-Cookie").value_or("");
  return line.substr(0, line.find(';'));
}

Response ask(const ServerFixture& server, const std::string& cookie) {
  RawClient client(server.port());  // any worker
  return client.ask(get("/calculate", cookie.empty() ? "" : "Cookie: a=b; " + cookie + "\r\n"));
}

TEST(Sticky, AClientStaysWhereItsCookieSays) {
  const FakeTarget a("a"), b("b"), c("c");
  ServerFixture server({&a, &b, &c}, sticky());
  std::map<std::string, std::string> homes;
  for (int i = 0; i < 12; ++i) {
    const Response first = ask(server, "");
    ASSERT_EQ(first.status, 200);
    EXPECT_NE(first.field("Set-Cookie").value_or("").find("; Path=/; HttpOnly"), std::string::npos);
    homes[cookie_in(first)] = first.field("X-Target").value_or("?");
  }

  EXPECT_EQ(homes.size(), 3U);
  for (const auto& [cookie, target] : homes) {
    for (int i = 0; i < 5; ++i) {
      const Response response = ask(server, cookie);
      EXPECT_EQ(response.field("X-Target"), target);
      EXPECT_EQ(response.field("Set-Cookie"), std::nullopt) << "it has one already";
    }
  }
}

TEST(Sticky, AClientMovesOnceWhenItsTargetDiesAndStaysThere) {
  FakeTarget a("a"), b("b"), c("c");
  ServerFixture server({&a, &b, &c}, sticky());
  Response first = ask(server, "");
  while (first.field("X-Target") != "a") first = ask(server, "");
  a.stop(FakeTarget::Stop::abruptly);

  const Response moved = ask(server, cookie_in(first));

  ASSERT_EQ(moved.status, 200) << moved.fault;
  EXPECT_NE(moved.field("X-Target"), "a");
  ASSERT_NE(cookie_in(moved), "");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(ask(server, cookie_in(moved)).field("X-Target"), moved.field("X-Target"));
  }
}

TEST(Sticky, AClientLeavesADrainingTarget) {
  const FakeTarget a("a"), b("b");
  ServerFixture server({&a, &b}, sticky());
  const Response first = ask(server, "");
  const bool is_a = first.field("X-Target") == "a";
  server.folder().write_services({is_a ? &b : &a});
  server.reload();
  ASSERT_TRUE(eventually([&] { return server.admin().targets().size() == 1; }));

  const Response moved = ask(server, cookie_in(first));

  EXPECT_EQ(moved.field("X-Target"), is_a ? "b" : "a");
  EXPECT_NE(cookie_in(moved), "");
}

/// A client of `a`: the answer that gave it its cookie.
Response client_of_a(const ServerFixture& server) {
  Response first = ask(server, "");
  while (first.status == 200 && first.field("X-Target") != "a") first = ask(server, "");
  EXPECT_EQ(first.status, 200) << first.fault;
  return first;
}

TEST(Sticky, WithDrainStickyClientsOfADrainingTargetStayAndNobodyElseComes) {
  const FakeTarget a("a"), b("b");
  SeedFolder::Settings settings = sticky();
  settings.more_load_balancer += "        drain: sticky\n        drainTimeout: 1h\n";
  ServerFixture server({&a, &b}, settings);
  const Response first = client_of_a(server);

  const auto removed = server.admin().remove(AdminClient::target_path(a.authority()));
  ASSERT_EQ(removed.status, 200) << removed.text;

  for (int i = 0; i < 5; ++i) {
    const Response kept = ask(server, cookie_in(first));
    EXPECT_EQ(kept.field("X-Target"), "a");
    EXPECT_EQ(kept.field("Set-Cookie"), std::nullopt);
    EXPECT_EQ(ask(server, "").field("X-Target"), "b");
  }
}

TEST(Sticky, WithDrainStickyTheCookieYieldsWhenTheDrainTimeoutIsOver) {
  const FakeTarget a("a"), b("b");
  SeedFolder::Settings settings = sticky();
  settings.more_load_balancer += "        drain: sticky\n        drainTimeout: 1s\n";
  ServerFixture server({&a, &b}, settings);
  const Response first = client_of_a(server);

  const auto removed =
      server.admin().remove(AdminClient::target_path(a.authority()) + "?wait=true");
  ASSERT_EQ(removed.status, 200) << removed.text;

  const Response moved = ask(server, cookie_in(first));
  EXPECT_EQ(moved.field("X-Target"), "b");
  EXPECT_EQ(cookie_in(moved), cookie_in(ask(server, "")));
}

TEST(Sticky, CookiesOfTheTargetPassBesideOurs) {
  FakeTarget a("a");
  Reply reply;
  reply.fields.push_back({"Set-Cookie", "own=1"});
  a.on("/calculate", reply);
  ServerFixture server({&a}, sticky());
  RawClient client(server.port());
  client.send(get("/calculate"));

  const std::string raw = client.read_raw(200);

  EXPECT_NE(raw.find("Set-Cookie: own=1\r\n"), std::string::npos) << raw;
  EXPECT_NE(raw.find("Set-Cookie: home="), std::string::npos) << raw;
}

TEST(Sticky, AnAnswerOfOurOwnSetsNoCookie) {
  FakeTarget a("a");
  Reply nothing;
  nothing.says_nothing = true;
  nothing.end = Reply::End::close;
  a.on("/calculate", nothing);
  SeedFolder::Settings settings = sticky();
  settings.dynamic =
      "http:\n"
      "  routers:\n"
      "    r: {rule: \"Path(`/calculate`)\", service: split}\n"
      "    direct: {rule: \"Path(`/direct`)\", service: calculate}\n"
      "  services:\n"
      "    split: {weighted: {services: [{name: calculate}], sticky: {cookie: {name: child}}}}\n";
  a.on("/direct", nothing);
  ServerFixture server({&a}, settings);
  RawClient client(server.port());

  for (const char* path : {"/calculate", "/direct"}) {
    const Response response = client.ask(post(path, "x"), "POST");
    EXPECT_EQ(response.status, 502) << path;
    EXPECT_EQ(response.field("Set-Cookie"), std::nullopt) << "it would pin to what failed";
  }
  EXPECT_EQ(a.requests(), 2u) << "a target was chosen";
}

}  // namespace
}  // namespace gapura::test
