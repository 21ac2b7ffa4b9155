// A target leaves: by file, by API, by the seed's own call. Nobody may notice.
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/load.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

/// Removes `b` of three targets under load by `remove`, kills it as soon as it is gone, and looks
/// at the ledgers.
template <class Remove>
void expect_no_failure_when_removed(Remove remove) {
  FakeTarget a("a"), b("b"), c("c");
  const auto slowly = [](const FakeTarget& target) {
    return [name = target.name()](const Request& request) {
      Reply reply;
      reply.delay = std::chrono::milliseconds(5);  // so that some are always under way
      reply.body = default_body(name, request.field(kNumberField).value_or("none"), request.method,
                                request.body_sum);
      return reply;
    };
  };
  for (FakeTarget* target : {&a, &b, &c}) target->on("/calculate", slowly(*target));
  ServerFixture server({&a, &b, &c});
  Load load({.port = server.port(), .clients = 8});
  ASSERT_TRUE(eventually([&] { return b.requests() > 20; }));

  remove(server, a, b, c);
  ASSERT_TRUE(server.admin().wait_until_gone(b.authority()));
  const std::uint64_t last = b.heads();
  b.stop(FakeTarget::Stop::abruptly);
  ASSERT_TRUE(load.run_for(200));
  load.stop();

  expect_all_good(load, {&a, &b, &c});
  EXPECT_EQ(b.heads(), last);
}

TEST(Drain, ByFileNoRequestFails) {
  expect_no_failure_when_removed(
      [](ServerFixture& server, const FakeTarget& a, const FakeTarget&, const FakeTarget& c) {
        server.folder().write_services({&a, &c});
      });
}

TEST(Drain, ByDeleteThatWaitsNoRequestFails) {
  expect_no_failure_when_removed(
      [](ServerFixture& server, const FakeTarget&, const FakeTarget& b, const FakeTarget&) {
        const auto answer =
            server.admin().remove(AdminClient::target_path(b.authority()) + "?wait=true");
        EXPECT_EQ(answer.status, 200) << answer.text;
        EXPECT_EQ(answer.number("cut"), 0) << answer.text;
        // Its links were closed before the answer; the target's threads hear of it after that.
        EXPECT_TRUE(eventually([&] { return b.open_connections() == 0; }));
      });
}

TEST(Drain, ByTheSeedsUpdateCallNoRequestFails) {
  expect_no_failure_when_removed(
      [](ServerFixture& server, const FakeTarget& a, const FakeTarget&, const FakeTarget& c) {
        const auto answer = server.admin().post(
            "/update-servers", "{\"servers\": [\"" + a.url() + "\", \"" + c.url() + "\"]}");
        EXPECT_EQ(answer.status, 200) << answer.text;
        EXPECT_NE(answer.text.find("services.yaml updated successfully"), std::string::npos)
            << answer.text;
      });
}

/// Two targets; a request at `a` waits at its gate.
class HeldRequest : public testing::Test {
 protected:
  HeldRequest() {
    held_.body = "from a";
    held_.gate_before_head = std::make_shared<Gate>();
    a_.on("/calculate", held_);
  }
  ~HeldRequest() override { held_.gate_before_head->open(); }
  void start(const std::string& more_load_balancer = "") {
    SeedFolder::Settings settings;
    settings.more_load_balancer = more_load_balancer;
    server_ = std::make_unique<ServerFixture>(ServerLines{&a_, &b_}, settings);
    // One of the first requests goes to a; those that b answers do not count.
    for (int i = 0; i < 10 && a_.heads() == 0; ++i) {
      client_ = std::make_unique<RawClient>(server_->port());
      client_->send(get("/calculate"));
      ASSERT_TRUE(eventually([&] { return a_.heads() + b_.heads() > static_cast<unsigned>(i); }));
    }
    ASSERT_EQ(a_.heads(), 1u);
    ASSERT_TRUE(held_.gate_before_head->wait_for_arrivals());
  }

  FakeTarget a_{"a"}, b_{"b"};
  Reply held_;
  std::unique_ptr<ServerFixture> server_;
  std::unique_ptr<RawClient> client_;
};

TEST_F(HeldRequest, EndsByItselfWhileItsTargetDrains) {
  start();

  server_->folder().write_services({&b_});
  ASSERT_TRUE(server_->admin().wait_for_state(a_.authority(), "draining"));
  for (int i = 0; i < 20; ++i) {
    RawClient other(server_->port());
    EXPECT_EQ(other.ask(get("/calculate")).field("X-Target"), "b");
  }
  EXPECT_EQ(server_->admin().target(a_.authority())->in_flight, 1);
  held_.gate_before_head->open();

  EXPECT_EQ(client_->read_response().body, "from a");
  EXPECT_TRUE(server_->admin().wait_until_gone(a_.authority()));
  EXPECT_EQ(a_.heads(), 1u);
  EXPECT_TRUE(eventually([&] { return a_.open_connections() == 0; }));
}

TEST_F(HeldRequest, IsCutWhenTheTimeOfTheDrainIsUp) {
  start("        drainTimeout: 300ms\n");

  const auto answer =
      server_->admin().remove(AdminClient::target_path(a_.authority()) + "?wait=true");

  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.number("cut"), 1) << answer.text;
  const Response response = client_->read_response();
  EXPECT_TRUE(response.status == 502 || response.fault == "closed" || response.fault == "reset")
      << response.status << response.fault;
  EXPECT_TRUE(server_->admin().wait_until_gone(a_.authority()));
}

TEST_F(HeldRequest, OfAnotherTargetDoesNotHoldADrainUp) {
  start();

  server_->folder().write_services({&a_});
  ASSERT_TRUE(server_->admin().wait_until_gone(b_.authority()));

  EXPECT_EQ(server_->admin().target(a_.authority())->in_flight, 1);
  held_.gate_before_head->open();
  EXPECT_EQ(client_->read_response().body, "from a");
}

TEST_F(HeldRequest, SurvivesATargetThatComesBackWhileItDrains) {
  start();
  server_->folder().write_services({&b_});
  ASSERT_TRUE(server_->admin().wait_for_state(a_.authority(), "draining"));

  server_->folder().write_services({&a_, &b_});
  ASSERT_TRUE(server_->admin().wait_for_targets({a_.authority(), b_.authority()}));
  EXPECT_EQ(server_->admin().target(a_.authority())->in_flight, 1);
  held_.gate_before_head->open();

  EXPECT_EQ(client_->read_response().body, "from a");
}

TEST(Drain, ClosesIdleLinksAtOnce) {
  FakeTarget a("a"), b("b");
  ServerFixture server({&a, &b});
  for (int i = 0; i < 10; ++i) {
    RawClient client(server.port());
    ASSERT_EQ(client.ask(get("/calculate")).status, 200);
  }
  ASSERT_GT(a.open_connections(), 0u);

  const auto answer = server.admin().remove(AdminClient::target_path(a.authority()) + "?wait=true");

  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_TRUE(eventually([&] { return a.open_connections() == 0; }));
}

TEST(Drain, OfTheLastTargetLeaves503AfterItsTime) {
  FakeTarget a("a");
  ServerFixture server({&a}, {.more_load_balancer = "        drainTimeout: 500ms\n"});
  RawClient client(server.port());
  ASSERT_EQ(client.ask(get("/calculate")).status, 200);

  server.admin().remove(AdminClient::target_path(a.authority()) + "?wait=true");

  const Response response = client.ask(get("/calculate"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "no available server\n");
}

}  // namespace
}  // namespace gapura::test
