// The scripted peers themselves: what every other test here takes for granted.
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "tests/support/black_hole.h"
#include "tests/support/fake_target.h"
#include "tests/support/load.h"
#include "tests/support/raw_client.h"

namespace gapura::test {
namespace {

using namespace std::chrono_literals;

TEST(FakeTargetSelf, AnswersWithItsNameAndKeepsALedger) {
  FakeTarget target("alpha");
  RawClient client(target.port());

  const Response first = client.ask(post("/x", "hello", "X-Request-Number: 7\r\n"));
  const Response second = client.ask(get("/y"));

  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, default_body("alpha", "7", "POST", checksum_of("hello")));
  EXPECT_EQ(second.field("X-Target"), "alpha");
  EXPECT_EQ(target.ledger().entries().at(7).times_seen, 1);
  EXPECT_EQ(target.ledger().entries().at(7).body, checksum_of("hello"));
  EXPECT_EQ(target.requests(), 2u);
  EXPECT_EQ(target.connections(), 1u);
  EXPECT_EQ(target.last_request().target, "/y");
}

TEST(FakeTargetSelf, SendsEachFramingWithTheSameContent) {
  FakeTarget target("alpha");
  const std::uint64_t size = 100'000;
  for (const auto framing :
       {Reply::Framing::content_length, Reply::Framing::chunked, Reply::Framing::until_close}) {
    Reply reply;
    reply.framing = framing;
    reply.pattern_bytes = size;
    reply.body_seed = 3;
    target.on("/big", reply);
    RawClient client(target.port());

    const Response response = client.ask(get("/big"));

    EXPECT_TRUE(response.ok()) << response.fault;
    EXPECT_EQ(response.body_sum, checksum_of_pattern(3, size));
    EXPECT_EQ(response.was_chunked, framing == Reply::Framing::chunked);
    EXPECT_EQ(response.ended_by_close, framing == Reply::Framing::until_close);
  }
}

TEST(FakeTargetSelf, CutsAndResetsWhereItIsTold) {
  FakeTarget target("alpha");
  Reply cut;
  cut.pattern_bytes = 50'000;
  cut.cut_at = 10'000;
  target.on("/cut", cut);
  cut.end = Reply::End::reset;
  target.on("/reset", cut);
  Reply silent;
  silent.says_nothing = true;
  silent.end = Reply::End::close;
  target.on("/nothing", silent);

  RawClient first(target.port());
  const Response was_cut = first.ask(get("/cut"));
  RawClient second(target.port());
  second.ask(get("/reset"));
  RawClient third(target.port());
  const Response nothing = third.ask(get("/nothing"));

  EXPECT_EQ(was_cut.fault, "closed");
  EXPECT_EQ(was_cut.body_sum.size(), 10'000u);
  EXPECT_TRUE(second.was_reset());
  EXPECT_EQ(nothing.fault, "closed");
  EXPECT_FALSE(third.response_had_begun());
}

TEST(FakeTargetSelf, WaitsAtItsGates) {
  FakeTarget target("alpha");
  Reply reply;
  reply.pattern_bytes = 1'000;
  reply.gate_in_body = std::make_shared<Gate>();
  reply.gate_in_body_at = 400;
  target.on("/gated", reply);
  RawClient client(target.port());
  client.send(get("/gated"));
  Response response = client.read_head();
  ASSERT_TRUE(reply.gate_in_body->wait_for_arrivals());

  client.limit = 50ms;
  client.read_body(response);
  EXPECT_EQ(response.fault, "timed out");
  EXPECT_EQ(response.body_sum.size(), 400u);
  reply.gate_in_body->open();
}

TEST(FakeTargetSelf, AnswersEarlyAndClosesAfterSoMany) {
  FakeTarget target("alpha");
  target.on_head([](const Request& request) -> std::optional<Reply> {
    if (request.path() != "/early") return std::nullopt;
    Reply refused;
    refused.status = 413;
    refused.end = Reply::End::close;
    return refused;
  });
  target.close_after(2);

  RawClient early(target.port());
  early.send("POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  RawClient counted(target.port());

  EXPECT_EQ(early.read_response("POST").status, 413);
  EXPECT_EQ(counted.ask(get("/a")).status, 200);
  EXPECT_EQ(counted.ask(get("/b")).status, 200);
  EXPECT_TRUE(counted.sees_close());
}

TEST(FakeTargetSelf, StoppedAbruptlyItResets) {
  auto target = std::make_unique<FakeTarget>("alpha");
  const std::uint16_t port = target->port();
  RawClient client(port);
  client.ask(get("/"));

  target->stop(FakeTarget::Stop::abruptly);

  EXPECT_TRUE(client.sees_close());
  EXPECT_TRUE(client.was_reset());
  EXPECT_FALSE(RawClient(port).is_connected());
}

TEST(LoadSelf, FindsNothingWrongWithAGoodTarget) {
  FakeTarget target("alpha");
  Load load({.port = target.port()});

  EXPECT_TRUE(load.run_for(200));
  load.stop();

  expect_all_good(load, {&target});
  EXPECT_EQ(load.good(), load.outcomes().size());
}

TEST(LoadSelf, NoticesAWrongAnswer) {
  FakeTarget target("alpha");
  target.on("/calculate", [](const Request&) {
    Reply reply;
    reply.body = default_body("alpha", "1", "GET", Checksum());
    return reply;
  });
  Load load({.port = target.port(), .first_number = 2});

  EXPECT_TRUE(load.run_for(20));
  load.stop();

  EXPECT_EQ(load.good(), 0u);
}

TEST(BlackHoleSelf, SwallowsConnections) {
  const BlackHole hole;

  EXPECT_FALSE(connects_within(hole.port(), 300ms));
}

TEST(CheckedBody, IsTheSameHoweverItIsCut) {
  const std::string whole = pattern(5, 0, 1'000);

  EXPECT_EQ(pattern(5, 3, 100), whole.substr(3, 100));
  EXPECT_EQ(pattern(5, 500, 500), whole.substr(500));
  EXPECT_NE(pattern(6, 0, 1'000), whole);
  EXPECT_EQ(checksum_of_pattern(5, 1'000), checksum_of(whole));
}

}  // namespace
}  // namespace gapura::test
