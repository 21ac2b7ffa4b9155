// What one client may cost the others: connections, bodies, and the time that they take.
#include <gtest/gtest.h>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

using namespace std::chrono_literals;

std::string metrics_of(const ServerFixture& server) {
  RawClient client(server.internal_port());
  return client.ask(get("/metrics")).body;
}

/// gapura_errors_total of that reason is `count` now, or soon.
bool counts(const ServerFixture& server, const std::string& reason, int count) {
  const std::string line =
      "gapura_errors_total{reason=\"" + reason + "\"} " + std::to_string(count) + "\n";
  return eventually([&] { return metrics_of(server).find(line) != std::string::npos; });
}

SeedFolder::Settings one_worker(std::string more_static, std::string more_entry_point = "") {
  return {.workers = 1,
          .more_static = std::move(more_static),
          .more_entry_point = std::move(more_entry_point)};
}

TEST(Limits, AClientBeyondTheTotalWaitsUntilAnotherHasLeft) {
  const FakeTarget target("a");
  ServerFixture server({&target}, one_worker("limits: {maxConnections: 2}\n"));
  RawClient first(server.port());
  RawClient second(server.port());
  ASSERT_EQ(first.ask(get("/calculate")).status, 200);
  // In the middle of its head: it is not at rest, and not to be closed for another one.
  ASSERT_TRUE(second.send("GET /calculate HTTP/1.1\r\nHost: a\r\n"));
  ASSERT_TRUE(first.send("GET /calculate HTTP/1.1\r\nHost: a\r\n"));
  RawClient third(server.port());
  ASSERT_TRUE(third.send(get("/calculate")));

  third.limit = 300ms;
  EXPECT_EQ(third.read_raw(1), "");
  second.close();

  third.limit = patience();
  EXPECT_EQ(third.read_response().status, 200);
  ASSERT_TRUE(first.send("\r\n"));
  EXPECT_EQ(first.read_response().status, 200);
}

TEST(Limits, AClientBetweenRequestsMakesRoomForANewOne) {
  const FakeTarget target("a");
  ServerFixture server({&target}, one_worker("limits: {maxConnections: 1}\n"));
  RawClient resting(server.port());
  ASSERT_EQ(resting.ask(get("/calculate")).status, 200);

  RawClient next(server.port());
  EXPECT_EQ(next.ask(get("/calculate")).status, 200);

  EXPECT_TRUE(resting.sees_close());
}

TEST(Limits, AClientWithTooManyConnectionsIsToldSo) {
  const FakeTarget target("a");
  ServerFixture server({&target}, one_worker("limits: {maxConnectionsPerClient: 2}\n"));
  auto first = std::make_unique<RawClient>(server.port());
  RawClient second(server.port());
  ASSERT_EQ(first->ask(get("/calculate")).status, 200);
  ASSERT_EQ(second.ask(get("/calculate")).status, 200);

  RawClient third(server.port());
  EXPECT_EQ(third.read_response().status, 429);
  EXPECT_TRUE(third.sees_close());
  EXPECT_TRUE(counts(server, "too_many_connections", 1));

  first.reset();
  EXPECT_TRUE(eventually([&] {
    RawClient fourth(server.port());
    return fourth.ask(get("/calculate")).status == 200;
  }));
}

TEST(Limits, ABodyIsLimitedWhereTheOwnerSaysSo) {
  const FakeTarget target("a");
  ServerFixture server({&target}, one_worker("", "    http: {maxRequestBodyBytes: 1000}\n"));

  RawClient fits(server.port());
  EXPECT_EQ(fits.ask(post("/calculate", std::string(1'000, 'x'))).status, 200);
  RawClient announced(server.port());
  EXPECT_EQ(announced.ask(post("/calculate", std::string(1'001, 'x'))).status, 413);
  EXPECT_TRUE(announced.sees_close());
  // RFC 9110 10.1.1: refused before the body was sent.
  RawClient asks(server.port());
  asks.send(
      "POST /calculate HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: "
      "100-continue\r\n\r\n");
  EXPECT_EQ(asks.read_response().status, 413);
  EXPECT_EQ(target.requests(), 1u);

  RawClient chunked(server.port());
  EXPECT_EQ(chunked.ask(post_chunked("/calculate", std::string(5'000, 'x'), 100)).status, 413);
  EXPECT_TRUE(chunked.sees_close());
  EXPECT_EQ(target.requests(), 1u);
  EXPECT_TRUE(counts(server, "body_too_large", 3));
}

TEST(Limits, ABodyThatTricklesEndsAndOneThatMovesDoesNot) {
  const FakeTarget target("a");
  ServerFixture server(
      {&target},
      one_worker("", "    transport: {respondingTimeouts: {readTimeout: 500ms, minRate: 2000}}\n"));
  const std::string head = "POST /calculate HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n";

  // 10 bytes every 50 ms are progress, but 200 bytes/s.
  RawClient slow(server.port());
  slow.send(head);
  slow.limit = 50ms;
  std::string answer;
  EXPECT_TRUE(eventually([&] {
    slow.send("0123456789");
    answer += slow.read_raw(1);
    return !answer.empty();
  }));
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 408");

  // 1,000 bytes every 100 ms, which is longer than readTimeout in all.
  RawClient steady(server.port());
  steady.send(head);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(steady.send(std::string(1'000, 'x')));
    std::this_thread::sleep_for(100ms);
  }
  EXPECT_EQ(steady.read_response().status, 200);
  EXPECT_TRUE(counts(server, "client_timeout", 1));
}

TEST(Limits, AReaderThatTakesNothingEndsAndASlowOneDoesNot) {
  FakeTarget target("a");
  Reply large;
  large.body = std::string(32 << 20, 'x');
  target.on("/calculate", large);
  ServerFixture server(
      {&target},
      one_worker("",
                 "    transport: {respondingTimeouts: {writeTimeout: 700ms, minRate: 1000}}\n"));

  RawClient still(server.port());
  still.send(get("/calculate"));
  EXPECT_TRUE(counts(server, "client_gone", 1));

  // Far less at a time than the kernel holds for it: writes stand still for longer than the limit,
  // what the client has acknowledged does not.
  RawClient slow(server.port());
  slow.send(get("/calculate"));
  for (int i = 0; i < 20; ++i) {
    ASSERT_FALSE(slow.read_raw(64 << 10).empty()) << i;
    std::this_thread::sleep_for(100ms);
  }
  EXPECT_TRUE(counts(server, "client_gone", 1));
}

TEST(Limits, AHeadThatTakesTooLongEnds) {
  const FakeTarget target("a");
  ServerFixture server(
      {&target},
      one_worker("", "    transport: {respondingTimeouts: {readHeaderTimeout: 300ms}}\n"));
  RawClient client(server.port());
  client.send("GET /calculate HTTP/1.1\r\n");
  EXPECT_EQ(client.read_response().status, 408);
  EXPECT_TRUE(client.sees_close());
}

TEST(Limits, AConnectionEndsWithTheRequestAfterItsTime) {
  const FakeTarget target("a");
  ServerFixture server({&target}, one_worker("", "    transport: {keepAliveMaxTime: 200ms}\n"));
  RawClient client(server.port());
  EXPECT_FALSE(client.ask(get("/calculate")).field("Connection").has_value());

  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(client.ask(get("/calculate")).field("Connection"), "close");
  EXPECT_TRUE(client.sees_close());
}

TEST(Limits, NoIdleTimeoutMeansNone) {
  const FakeTarget target("a");
  ServerFixture server({&target},
                       one_worker("", "    transport: {respondingTimeouts: {idleTimeout: 0}}\n"));
  RawClient client(server.port());
  ASSERT_EQ(client.ask(get("/calculate")).status, 200);

  client.limit = 2'500ms;
  EXPECT_FALSE(client.sees_close());
  client.limit = patience();
  EXPECT_EQ(client.ask(get("/calculate")).status, 200);
}

}  // namespace
}  // namespace gapura::test
