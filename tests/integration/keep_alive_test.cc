// Connections that carry more than one request, on both sides.
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

TEST(KeepAlive, ManyRequestsShareOneConnectionOnEachSide) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient client(server.port());

  for (int i = 0; i < 100; ++i) {
    const Response response = client.ask(get("/calculate", number_field(i)));
    ASSERT_EQ(response.status, 200) << i << response.fault;
    ASSERT_EQ(response.body, default_body("a", std::to_string(i), "GET", Checksum()));
  }

  EXPECT_EQ(target.requests(), 100u);
  // One, but for a pause of the machine that is longer than links are kept.
  EXPECT_LE(target.connections(), 3u);
}

TEST(KeepAlive, PipelinedRequestsAreAnsweredInOrder) {
  FakeTarget target("a");
  target.on("/calculate", [](const Request& request) {
    Reply reply;
    reply.body = request.field(kNumberField).value_or("");
    // The first is the slowest: its answer must come first all the same.
    if (reply.body == "0") reply.delay = std::chrono::milliseconds(100);
    return reply;
  });
  ServerFixture server({&target});
  RawClient client(server.port());
  std::string all;
  for (int i = 0; i < 20; ++i) {
    all += i % 2 == 0 ? get("/calculate", number_field(i))
                      : post("/calculate", pattern(1, 0, 3'000), number_field(i));
  }

  client.send(all);

  for (int i = 0; i < 20; ++i) {
    const Response response = client.read_response();
    ASSERT_EQ(response.status, 200) << i << response.fault;
    EXPECT_EQ(response.body, std::to_string(i));
  }
  EXPECT_EQ(target.requests(), 20u);
}

TEST(KeepAlive, PipelinedBytesMayArriveOneByOne) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient client(server.port());
  const std::string two =
      post_chunked("/calculate", "hello", 2, number_field(1)) + get("/calculate", number_field(2));

  for (const char c : two) ASSERT_TRUE(client.send(std::string(1, c)));

  EXPECT_EQ(client.read_response("POST").body,
            default_body("a", "1", "POST", checksum_of("hello")));
  EXPECT_EQ(client.read_response().body, default_body("a", "2", "GET", Checksum()));
}

TEST(KeepAlive, ConnectionCloseIsHonoured) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient client(server.port());

  const Response response = client.ask(get("/calculate", "Connection: close\r\n"));

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("Connection"), "close");
  EXPECT_TRUE(client.sees_close());
}

TEST(KeepAlive, Http10ClosesUnlessAskedToStay) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient leaving(server.port());
  RawClient staying(server.port());

  const Response last = leaving.ask("GET /calculate HTTP/1.0\r\nHost: x\r\n\r\n");
  const std::string stay = "GET /calculate HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n";
  const Response first = staying.ask(stay);

  EXPECT_EQ(last.status, 200);
  EXPECT_TRUE(leaving.sees_close());
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(staying.ask(stay).status, 200);
}

TEST(KeepAlive, Http10ClientNeverGetsChunks) {
  FakeTarget target("a");
  Reply reply;
  reply.framing = Reply::Framing::chunked;
  reply.pattern_bytes = 50'000;
  target.on("/calculate", reply);
  ServerFixture server({&target});
  RawClient client(server.port());

  const Response response = client.ask("GET /calculate HTTP/1.0\r\nHost: x\r\n\r\n");

  EXPECT_TRUE(response.ok()) << response.fault;
  EXPECT_FALSE(response.was_chunked);
  EXPECT_EQ(response.body_sum, checksum_of_pattern(1, 50'000));
}

TEST(KeepAlive, ATargetThatClosesAfterEachAnswerCostsNoFailure) {
  FakeTarget target("a");
  target.close_after(1);
  ServerFixture server({&target});
  RawClient client(server.port());

  for (int i = 0; i < 50; ++i) {
    const Response response = client.ask(get("/calculate", number_field(i)));
    ASSERT_EQ(response.status, 200) << i << response.fault;
  }

  for (const auto& [number, entry] : target.ledger().entries()) {
    EXPECT_EQ(entry.times_seen, 1) << number;
  }
}

TEST(KeepAlive, AClientThatHalfClosesStillGetsItsAnswer) {
  FakeTarget target("a");
  Reply reply;
  reply.body = "late";
  reply.gate_before_head = std::make_shared<Gate>();
  target.on("/calculate", reply);
  ServerFixture server({&target});
  RawClient client(server.port());
  client.send(get("/calculate"));
  client.half_close();
  ASSERT_TRUE(reply.gate_before_head->wait_for_arrivals());

  reply.gate_before_head->open();

  EXPECT_EQ(client.read_response().body, "late");
  EXPECT_TRUE(client.sees_close());
}

}  // namespace
}  // namespace gapura::test
