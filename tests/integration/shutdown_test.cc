// The program is told to stop, by the signals that systemd and people send.
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "tests/support/binary_fixture.h"
#include "tests/support/fake_target.h"
#include "tests/support/load.h"

namespace gapura::test {
namespace {

using testing::HasSubstr;

class Shutdown : public testing::Test {
 protected:
  Shutdown() {
    folder_.write_services({&a_, &b_});
    binary_ = std::make_unique<BinaryFixture>(GAPURA_BINARY, folder_);
  }
  void SetUp() override {
    ASSERT_TRUE(binary_->is_ready()) << binary_->log();
    ASSERT_TRUE(binary_->admin().wait_for_targets({a_.authority(), b_.authority()}));
  }

  FakeTarget a_{"a"}, b_{"b"};
  SeedFolder folder_{{}};
  std::unique_ptr<BinaryFixture> binary_;
};

TEST_F(Shutdown, UnderLoadFinishesWhatWasAccepted) {
  Load load({.port = binary_->port(), .clients = 8, .may_be_refused = true});
  ASSERT_TRUE(load.run_for(200));

  binary_->send(SIGTERM);
  EXPECT_EQ(binary_->wait(), 0) << binary_->log();
  load.stop();

  expect_all_good(load, {&a_, &b_});
  EXPECT_GT(load.good(), 100u);
}

TEST_F(Shutdown, WaitsForARequestUnderWay) {
  Reply held;
  held.body = "in time";
  held.gate_before_head = std::make_shared<Gate>();
  a_.on("/calculate", held);
  b_.on("/calculate", held);
  RawClient client(binary_->port());
  client.send(get("/calculate"));
  ASSERT_TRUE(held.gate_before_head->wait_for_arrivals());

  binary_->send(SIGTERM);
  // It takes no new connection, yet the old one is answered.
  ASSERT_TRUE(eventually([&] { return !connects_within(binary_->port(), patience()); }));
  held.gate_before_head->open();

  const Response response = client.read_response();
  EXPECT_EQ(response.body, "in time") << response.fault;
  EXPECT_EQ(response.field("Connection"), "close");
  EXPECT_EQ(binary_->wait(), 0) << binary_->log();
}

TEST_F(Shutdown, IdleClientsDoNotHoldItUp) {
  RawClient idle(binary_->port());
  RawClient used(binary_->port());
  ASSERT_EQ(used.ask(get("/calculate")).status, 200);

  binary_->send(SIGINT);

  EXPECT_EQ(binary_->wait(), 0) << binary_->log();
  EXPECT_TRUE(idle.sees_close());
  EXPECT_TRUE(used.sees_close());
}

TEST_F(Shutdown, ASecondSignalEndsItAtOnce) {
  Reply held;
  held.gate_before_head = std::make_shared<Gate>();
  a_.on("/calculate", held);
  b_.on("/calculate", held);
  RawClient client(binary_->port());
  client.send(get("/calculate"));
  ASSERT_TRUE(held.gate_before_head->wait_for_arrivals());

  binary_->send(SIGTERM);
  ASSERT_TRUE(eventually([&] { return !connects_within(binary_->port(), patience()); }));
  binary_->send(SIGTERM);

  EXPECT_EQ(binary_->wait(), 128 + SIGTERM) << "the request is still under way, and holds it up";
  EXPECT_THAT(binary_->log(), HasSubstr("SIGTERM again: stopping at once"));
  held.gate_before_head->open();
}

TEST_F(Shutdown, AHangUpReloadsInsteadOfEndingIt) {
  folder_.write_services({&a_});

  binary_->send(SIGHUP);

  EXPECT_TRUE(binary_->admin().wait_for_targets({a_.authority()}));
  RawClient client(binary_->port());
  EXPECT_EQ(client.ask(get("/calculate")).status, 200);
}

TEST_F(Shutdown, AHangUpThatChangesNothingSaysSo) {
  binary_->send(SIGHUP);

  EXPECT_TRUE(eventually([&] {
    return binary_->log().find("stays in force, nothing in it changed") != std::string::npos;
  })) << binary_->log();
  EXPECT_THAT(binary_->log(), HasSubstr("the static file is read at start only"));
}

TEST_F(Shutdown, PingAndMetricsAnswerWhileItServes) {
  RawClient client(binary_->port());
  ASSERT_EQ(client.ask(get("/calculate")).status, 200);
  RawClient internal(binary_->internal_port());

  const Response ping = internal.ask(get("/ping"));

  EXPECT_EQ(ping.status, 200);
  EXPECT_EQ(ping.body, "OK");
  // A request is counted when it is over, which is just after its client has the answer.
  EXPECT_TRUE(eventually([&] {
    RawClient again(binary_->internal_port());
    const Response metrics = again.ask(get("/metrics"));
    return metrics.status == 200 &&
           metrics.body.find("traefik_service_requests_total{") != std::string::npos;
  }));
}

// Bytes that are in the socket when the time is up are no request any more.
TEST(ShutdownWithLittleGrace, HeadsThatEndWithTheGraceTimeDoNotHoldItUp) {
  const FakeTarget target("a");
  SeedFolder folder(
      {.workers = 2, .more_entry_point = "    transport: {lifeCycle: {graceTimeOut: 300ms}}\n"});
  folder.write_services({&target});
  BinaryFixture binary(GAPURA_BINARY, folder);
  ASSERT_TRUE(binary.is_ready()) << binary.log();
  std::list<RawClient> clients;
  for (int i = 0; i < 100; ++i) {
    RawClient& client = clients.emplace_back(binary.port());
    ASSERT_TRUE(client.send("GET /calculate HTTP/1.1\r\n"));
  }
  RawClient last(binary.port());
  ASSERT_EQ(last.ask(get("/calculate")).status, 200);

  binary.send(SIGTERM);
  ASSERT_TRUE(eventually([&] { return !connects_within(binary.port(), patience()); }));
  // Stopped for longer than the grace time, it sees the ends of the heads and its own at once.
  binary.send(SIGSTOP);
  for (RawClient& client : clients) client.send("Host: a\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  binary.send(SIGCONT);

  EXPECT_EQ(binary.wait(), 0) << binary.log();
}

}  // namespace
}  // namespace gapura::test
