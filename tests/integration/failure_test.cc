// Targets that cannot be reached, answer late, or answer nonsense.
#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "tests/support/binary_fixture.h"
#include "tests/support/black_hole.h"
#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"
#include "tests/support/sockets.h"

namespace gapura::test {
namespace {

/// `count` requests, GET and POST in turn, each on a connection of its own when `is_fresh`.
void expect_all_answered(std::uint16_t port, int count, bool is_fresh) {
  auto client = std::make_unique<RawClient>(port);
  for (int i = 0; i < count; ++i) {
    if (is_fresh) client = std::make_unique<RawClient>(port);
    const Response response =
        i % 2 == 0 ? client->ask(get("/calculate", number_field(i)))
                   : client->ask(post("/calculate", pattern(1, 0, 5'000), number_field(i)), "POST");
    ASSERT_EQ(response.status, 200) << i << " " << response.fault;
  }
}

TEST(ConnectFailure, IsNeverSeenWhileAnotherTargetLives) {
  const FakeTarget alive("alive");
  std::uint16_t dead_port = 0;
  const Fd reserved = refused_port(dead_port);
  const std::string dead = "127.0.0.1:" + std::to_string(dead_port);
  ServerFixture server({ServerLine(alive.url()), ServerLine("http://" + dead)});

  expect_all_answered(server.port(), 40, /*is_fresh=*/true);

  EXPECT_EQ(alive.requests(), 40u);
  EXPECT_TRUE(server.admin().wait_for_state(dead, "suspended"));
  EXPECT_EQ(server.admin().target(alive.authority())->state, "serving");
}

TEST(ConnectFailure, OfAKilledTargetIsNeverSeenEither) {
  const FakeTarget alive("alive");
  FakeTarget killed("killed");
  ServerFixture server({&alive, &killed});
  expect_all_answered(server.port(), 20, true);
  ASSERT_GT(killed.requests(), 0u);

  killed.stop(FakeTarget::Stop::abruptly);
  expect_all_answered(server.port(), 40, true);
  expect_all_answered(server.port(), 40, false);

  EXPECT_TRUE(server.admin().wait_for_state(killed.authority(), "suspended"));
}

TEST(ConnectFailure, EndsWhenTheTargetComesBack) {
  const FakeTarget alive("alive");
  auto target = std::make_unique<FakeTarget>("other");
  const std::uint16_t port = target->port();
  const std::string id = target->authority();
  ServerFixture server({&alive, target.get()});
  target.reset();
  expect_all_answered(server.port(), 20, true);
  ASSERT_TRUE(server.admin().wait_for_state(id, "suspended"));

  const FakeTarget back("back", port);
  ASSERT_TRUE(server.admin().wait_for_state(id, "serving"));
  expect_all_answered(server.port(), 20, true);

  EXPECT_GT(back.requests(), 0u);
}

TEST(ConnectFailure, ABlackHoleIsAvoidedAfterItWasFound) {
  const BlackHole hole;
  const FakeTarget alive("alive");
  ServerFixture server({ServerLine(hole.url()), ServerLine(alive.url())});

  expect_all_answered(server.port(), 30, /*is_fresh=*/true);

  EXPECT_EQ(alive.requests(), 30u);
  EXPECT_TRUE(
      server.admin().wait_for_state("127.0.0.1:" + std::to_string(hole.port()), "suspended"));
}

TEST(ConnectFailure, OfEveryTargetIs502) {
  std::uint16_t first_port = 0, second_port = 0;
  const Fd first = refused_port(first_port);
  const Fd second = refused_port(second_port);
  ServerFixture server({ServerLine("http://127.0.0.1:" + std::to_string(first_port)),
                        ServerLine("http://127.0.0.1:" + std::to_string(second_port))});

  for (int i = 0; i < 5; ++i) {
    RawClient client(server.port());
    const Response response = client.ask(get("/calculate"));
    EXPECT_EQ(response.status, 502) << response.fault;
    EXPECT_EQ(response.body, "Bad Gateway");
  }
}

TEST(ConnectFailure, OfABlackHoleAloneIs504) {
  const BlackHole hole;
  ServerFixture server({ServerLine(hole.url())});
  RawClient client(server.port());

  EXPECT_EQ(client.ask(get("/calculate")).status, 504);
}

TEST(NoTarget, Is503InTraefiksWords) {
  ServerFixture server(ServerLines{});
  RawClient client(server.port());

  const Response response = client.ask(get("/calculate"));

  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "no available server\n");
}

/// One target that answers every request in the same bad way.
Response answer_of_bad_uri(const Reply& reply, const std::string& request,
                           const std::string& method = "GET") {
  FakeTarget target("bad");
  target.on("/calculate", reply);
  ServerFixture server({&target});
  RawClient client(server.port());
  Response response = client.ask(request, method);
  EXPECT_TRUE(eventually([&] { return server.admin().in_flight() == 0; }));
  return response;
}

TEST(BadResponse, Is502) {
  for (const char* raw :
       {"garbage\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"}) {
    Reply reply;
    reply.raw = raw;
    reply.end = Reply::End::close;

    const Response response = answer_of_bad_uri(reply, get("/calculate"));

    EXPECT_EQ(response.status, 502) << raw << response.fault;
  }
}

TEST(BadResponse, ConnectionClosedInsteadOfAnAnswerIs502) {
  Reply reply;
  reply.says_nothing = true;
  for (const auto end : {Reply::End::close, Reply::End::reset}) {
    reply.end = end;
    EXPECT_EQ(answer_of_bad_uri(reply, get("/calculate")).status, 502);
    EXPECT_EQ(answer_of_bad_uri(reply, post("/calculate", "x"), "POST").status, 502);
  }
}

TEST(BadResponse, APostThatATargetMayHaveReadIsNotSentTwice) {
  FakeTarget a("a"), b("b");
  Reply nothing;
  nothing.says_nothing = true;
  nothing.end = Reply::End::close;
  a.on("/calculate", nothing);
  b.on("/calculate", nothing);
  ServerFixture server({&a, &b});
  RawClient client(server.port());

  const Response response = client.ask(post("/calculate", "x", number_field(1)), "POST");

  EXPECT_EQ(response.status, 502);
  EXPECT_EQ(a.requests() + b.requests(), 1u);
}

TEST(BadResponse, AGetIsTriedAtAnotherTarget) {
  FakeTarget a("a");
  const FakeTarget b("b");
  Reply nothing;
  nothing.says_nothing = true;
  nothing.end = Reply::End::close;
  a.on("/calculate", nothing);
  ServerFixture server({&a, &b});

  for (int i = 0; i < 4; ++i) {
    RawClient client(server.port());
    EXPECT_EQ(client.ask(get("/calculate")).status, 200) << i;
  }
}

TEST(RetryBudget, WhatItRefusesIsCounted) {
  FakeTarget a("a"), b("b");
  Reply nothing;
  nothing.says_nothing = true;
  nothing.end = Reply::End::close;
  a.on("/calculate", nothing);
  b.on("/calculate", nothing);
  ServerFixture server({&a, &b}, {.workers = 1});

  for (int i = 0; i < 30; ++i) {
    RawClient client(server.port());
    EXPECT_EQ(client.ask(get("/calculate")).status, 502) << i;
  }

  RawClient client(server.internal_port());
  const std::string text = client.ask(get("/metrics")).body;
  const auto figure = [&text](const std::string& family) {
    const std::string head = "\n" + family + "{service=\"calculate@file\"} ";
    const std::size_t at = text.find(head);
    return at == std::string::npos ? -1 : std::stoi(text.substr(at + head.size()));
  };
  const int retried = figure("traefik_service_retries_total");
  const int refused = figure("gapura_service_retries_refused_total");
  EXPECT_GT(retried, 0);
  EXPECT_GT(refused, 0);
  EXPECT_LE(a.requests() + b.requests(), static_cast<std::uint64_t>(30 + retried));
}

TEST(BadResponse, ABodyThatIsCutEndsTheClientsConnection) {
  for (const auto framing : {Reply::Framing::content_length, Reply::Framing::chunked}) {
    for (const auto end : {Reply::End::close, Reply::End::reset}) {
      Reply reply;
      reply.framing = framing;
      reply.pattern_bytes = 100'000;
      reply.cut_at = 50'000;
      reply.end = end;

      const Response response = answer_of_bad_uri(reply, get("/calculate"));

      EXPECT_EQ(response.status, 200);
      EXPECT_TRUE(response.fault == "closed" || response.fault == "reset") << response.fault;
    }
  }
}

TEST(SilentTarget, Is504WhenItsTimeIsUp) {
  FakeTarget target("silent");
  Reply reply;
  reply.says_nothing = true;
  target.on("/calculate", reply);
  SeedFolder::Settings settings;
  settings.more_load_balancer = "        responseHeaderTimeout: 200ms\n";
  ServerFixture server({&target}, settings);
  RawClient client(server.port());

  EXPECT_EQ(client.ask(get("/calculate")).status, 504);
  EXPECT_EQ(client.ask(get("/calculate")).status, 504);
  EXPECT_TRUE(eventually([&] { return target.open_connections() == 0; }));
}

TEST(SlowClient, GetsA408WhenItsHeadNeverEnds) {
  const FakeTarget target("a");
  SeedFolder::Settings settings;
  settings.more_entry_point =
      "    transport:\n      respondingTimeouts:\n        readTimeout: 200ms\n";
  ServerFixture server({&target}, settings);
  RawClient half_head(server.port());
  RawClient half_body(server.port());

  half_head.send("GET /calculate HTTP/1.1\r\nHost");
  half_body.send("POST /calculate HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");

  EXPECT_EQ(half_head.read_response().status, 408);
  EXPECT_EQ(half_body.read_response("POST").status, 408);
  EXPECT_EQ(target.requests(), 0u);
  EXPECT_TRUE(eventually([&] { return server.admin().in_flight() == 0; }));
}

// A target that takes connections and reads nothing has no more time to answer than another one.
TEST(Failure, ATargetThatDoesNotReadTheBodyIsGivenUp) {
  const Fd silent = listen_on_loopback();
  ServerFixture server({ServerLine("http://127.0.0.1:" + std::to_string(local_port(silent)))},
                       {.more_load_balancer = "        responseHeaderTimeout: 500ms\n"});
  RawClient client(server.port());
  client.send("POST /calculate HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
  const std::string block(1 << 20, 'x');
  EXPECT_TRUE(eventually([&] { return client.send_what_fits(block) == 0; }));

  EXPECT_EQ(client.read_response().status, 504);
}

// Half a tunnel must not hold both ends for ever.
TEST(Failure, ATunnelOfWhichOneSideHasEndedEndsWhenNothingMoves) {
  FakeTarget target("a");
  Reply tunnel;
  tunnel.raw = "HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  tunnel.end = Reply::End::close;
  target.on("/calculate", tunnel);
  ServerFixture server(
      {&target},
      {.more_entry_point = "    transport: {respondingTimeouts: {idleTimeout: 300ms}}\n"});
  RawClient client(server.port());
  client.send(get("/calculate", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  const std::string head = client.read_raw(12);
  EXPECT_EQ(head.substr(0, 12), "HTTP/1.1 101");

  // The client keeps its side open.
  EXPECT_TRUE(eventually([&] { return server.admin().in_flight() == 0; }));
}

// A person can act on it, and a target that breaks every answer does not fill the disk.
TEST(Failure, WhatATargetDoesWrongIsInTheLogAtMostOnceASecond) {
  FakeTarget target("a");
  Reply broken;
  broken.raw = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n";
  target.on("/calculate", broken);
  SeedFolder folder({.workers = 1});
  folder.write_services({&target});
  BinaryFixture binary(GAPURA_BINARY, folder);
  ASSERT_TRUE(binary.is_ready()) << binary.log();
  ASSERT_TRUE(binary.admin().wait_for_targets({target.authority()}));
  const auto start = std::chrono::steady_clock::now();
  RawClient client(binary.port());
  for (int i = 0; i < 20; ++i) ASSERT_EQ(client.ask(get("/calculate")).status, 502) << i;

  const std::string said = "a request to " + target.url() +
                           " failed: its answer breaks the rules of HTTP (bad_response)";
  EXPECT_TRUE(eventually([&] { return binary.log().find(said) != std::string::npos; }))
      << binary.log();
  const std::string log = binary.log();
  std::size_t lines = 0;
  for (std::size_t at = log.find(said); at != std::string::npos; at = log.find(said, at + 1)) {
    ++lines;
  }
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_LE(lines, 1u + static_cast<std::size_t>(took / std::chrono::seconds(1)));
}

}  // namespace
}  // namespace gapura::test
