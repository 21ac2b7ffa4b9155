// One of the two sides leaves in each phase of a request. Afterwards nothing is in flight, no
// descriptor is left, and the next requests are answered, each with its own answer.
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "tests/support/descriptors.h"
#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

enum class Leave { with_fin, with_reset };

class AbortInEveryPhase : public testing::TestWithParam<Leave> {
 protected:
  AbortInEveryPhase() {
    SeedFolder::Settings settings;
    settings.dynamic =
        "http:\n  routers:\n    all:\n      rule: PathPrefix(`/`)\n      service: calculate\n";
    server_ = std::make_unique<ServerFixture>(ServerLines{&target_}, settings);
    expect_own_answers();
    // Idle links end after some seconds; what is left then is what the server always has.
    EXPECT_TRUE(eventually([&] { return target_.open_connections() == 0; }));
    before_ = descriptors_of("self");
  }

  /// Several numbered requests, each answered with its own number.
  void expect_own_answers() {
    RawClient client(server_->port());
    for (int i = 0; i < 6; ++i) {
      const std::string number = std::to_string(++last_number_);
      const std::string field = std::string(kNumberField) + ": " + number + "\r\n";
      const std::string body = pattern(last_number_, 0, 3'000);
      const Response response = i % 2 == 0 ? client.ask(get("/after", field))
                                           : client.ask(post("/after", body, field), "POST");
      ASSERT_EQ(response.status, 200) << response.fault;
      EXPECT_EQ(response.body, i % 2 == 0 ? default_body("a", number, "GET", Checksum())
                                          : default_body("a", number, "POST", checksum_of(body)));
    }
  }

  void leave(RawClient& client) {
    if (GetParam() == Leave::with_fin) {
      client.close();
    } else {
      client.reset();
    }
  }
  Reply::End target_leaves() const {
    return GetParam() == Leave::with_fin ? Reply::End::close : Reply::End::reset;
  }

  void expect_clean() {
    EXPECT_TRUE(eventually([&] { return server_->admin().in_flight() == 0; }))
        << server_->admin().in_flight() << " in flight";
    expect_own_answers();
    EXPECT_TRUE(eventually([&] { return descriptors_of("self").others <= before_.others; }))
        << descriptors_of("self").others << " descriptors instead of " << before_.others;
    // One body at a time needs one pipe of each of the fixture's two workers.
    EXPECT_LE(descriptors_of("self").pipe_ends, before_.pipe_ends + 2 * 2);
  }

  FakeTarget target_{"a"};
  std::unique_ptr<ServerFixture> server_;
  std::uint64_t last_number_ = 0;
  Descriptors before_;
};

TEST_P(AbortInEveryPhase, ClientBeforeItsFirstByte) {
  RawClient client(server_->port());

  leave(client);

  expect_clean();
}

TEST_P(AbortInEveryPhase, ClientInTheHead) {
  RawClient client(server_->port());
  client.send("GET /x HTTP/1.1\r\nHost: loc");

  leave(client);

  expect_clean();
}

TEST_P(AbortInEveryPhase, ClientInTheRequestBody) {
  for (const bool is_chunked : {false, true}) {
    RawClient client(server_->port());
    const std::uint64_t heads = target_.heads();
    client.send(std::string("POST /x HTTP/1.1\r\nHost: x\r\n") +
                (is_chunked ? "Transfer-Encoding: chunked\r\n\r\n186A0\r\n"
                            : "Content-Length: 100000\r\n\r\n") +
                pattern(1, 0, 30'000));
    ASSERT_TRUE(eventually([&] { return target_.heads() > heads; }));

    leave(client);

    EXPECT_TRUE(eventually([&] { return server_->admin().in_flight() == 0; }));
  }
  // The target must not take the half for a whole.
  EXPECT_TRUE(eventually([&] { return target_.broken_requests() == 2; }));
  expect_clean();
}

TEST_P(AbortInEveryPhase, ClientWhileItWaitsForTheAnswer) {
  Reply held;
  held.body = "late";
  held.gate_before_head = std::make_shared<Gate>();
  target_.on("/held", held);
  RawClient client(server_->port());
  client.send(get("/held"));
  ASSERT_TRUE(held.gate_before_head->wait_for_arrivals());

  leave(client);

  if (GetParam() == Leave::with_reset) {
    EXPECT_TRUE(eventually([&] { return server_->admin().in_flight() == 0; }));
  }
  // A FIN alone may be a half-close (RFC 9112 9.6): the answer is still wanted then.
  held.gate_before_head->open();
  expect_clean();
}

TEST_P(AbortInEveryPhase, ClientInTheResponseBody) {
  for (const auto framing : {Reply::Framing::content_length, Reply::Framing::chunked}) {
    Reply large;
    large.pattern_bytes = 20 << 20;
    large.framing = framing;
    target_.on("/large", large);
    RawClient client(server_->port());
    client.send(get("/large"));
    EXPECT_EQ(client.read_head().status, 200);

    leave(client);

    EXPECT_TRUE(eventually([&] { return server_->admin().in_flight() == 0; }));
  }
  expect_clean();
}

TEST_P(AbortInEveryPhase, ClientWithPipelinedRequestsBehind) {
  Reply held;
  held.gate_before_head = std::make_shared<Gate>();
  target_.on("/held", held);
  RawClient client(server_->port());
  client.send(get("/held") + get("/second") + get("/third"));
  ASSERT_TRUE(held.gate_before_head->wait_for_arrivals());

  leave(client);

  held.gate_before_head->open();
  expect_clean();
}

TEST_P(AbortInEveryPhase, TargetInTheRequestBody) {
  target_.on_head([this](const Request& request) -> std::optional<Reply> {
    if (request.path() != "/leaves") return std::nullopt;
    Reply nothing;
    nothing.says_nothing = true;
    nothing.end = target_leaves();
    return nothing;
  });
  RawClient client(server_->port());

  client.send("POST /leaves HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n");
  client.send(pattern(1, 0, 2'000'000));
  const Response response = client.read_response("POST");

  EXPECT_EQ(response.status, 502) << response.fault;
  client.close();
  expect_clean();
}

TEST_P(AbortInEveryPhase, TargetInsteadOfAnAnswer) {
  Reply nothing;
  nothing.says_nothing = true;
  nothing.end = target_leaves();
  target_.on("/leaves", nothing);
  RawClient client(server_->port());

  EXPECT_EQ(client.ask(get("/leaves")).status, 502);
  EXPECT_EQ(client.ask(post("/leaves", "x"), "POST").status, 502);
  EXPECT_EQ(client.ask(get("/after")).status, 200);  // on the same connection

  client.close();
  expect_clean();
}

TEST_P(AbortInEveryPhase, TargetInTheResponseHead) {
  Reply half;
  half.raw = "HTTP/1.1 200 OK\r\nContent-Le";
  half.end = target_leaves();
  target_.on("/leaves", half);
  RawClient client(server_->port());

  EXPECT_EQ(client.ask(post("/leaves", "x"), "POST").status, 502);

  client.close();
  expect_clean();
}

TEST_P(AbortInEveryPhase, TargetInTheResponseBody) {
  for (const auto framing : {Reply::Framing::content_length, Reply::Framing::chunked}) {
    Reply cut;
    cut.pattern_bytes = 300'000;
    cut.framing = framing;
    cut.cut_at = 200'000;
    cut.end = target_leaves();
    target_.on("/cut", cut);
    RawClient client(server_->port());

    const Response response = client.ask(get("/cut"));

    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(response.fault == "closed" || response.fault == "reset") << response.fault;
  }
  expect_clean();
}

TEST_P(AbortInEveryPhase, BothAtOnce) {
  Reply held;
  held.says_nothing = true;
  held.gate_before_head = std::make_shared<Gate>();
  held.end = target_leaves();
  target_.on("/held", held);
  RawClient client(server_->port());
  client.send(get("/held"));
  ASSERT_TRUE(held.gate_before_head->wait_for_arrivals());

  held.gate_before_head->open();
  leave(client);

  expect_clean();
}

TEST_P(AbortInEveryPhase, TargetOnAnIdleLink) {
  expect_own_answers();  // leaves a link behind
  Reply last;
  last.end = target_leaves();
  target_.on("/last", last);
  RawClient client(server_->port());

  // Answered whole, and then the link ends without a word.
  EXPECT_EQ(client.ask(get("/last")).status, 200);
  EXPECT_EQ(client.ask(get("/last")).status, 200);

  client.close();
  expect_clean();
}

INSTANTIATE_TEST_SUITE_P(Leaving, AbortInEveryPhase,
                         testing::Values(Leave::with_fin, Leave::with_reset),
                         [](const testing::TestParamInfo<Leave>& param) {
                           return param.param == Leave::with_fin ? "ByFin" : "ByReset";
                         });

}  // namespace
}  // namespace gapura::test
