// Mirroring over real sockets: the mirror gets what the service got, and nobody waits for it.
#include "proxy/mirror.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/load.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

/// The seed's service, and a mirror at `url`.
SeedFolder::Settings mirrored(const std::string& url, const std::string& options = "",
                              const std::string& percent = "100") {
  SeedFolder::Settings settings;
  settings.dynamic =
      "http:\n"
      "  routers:\n"
      "    r: {rule: \"Path(`/calculate`)\", service: watched}\n"
      "  services:\n"
      "    shadow: {loadBalancer: {servers: [{url: \"" +
      url +
      "\"}]}}\n"
      "    watched:\n"
      "      mirroring:\n"
      "        service: calculate\n"
      "        mirrors: [{name: shadow, percent: " +
      percent + "}]\n" + options;
  return settings;
}

/// gapura_mirrored_requests_total{result="…"}; -1: not there.
int counted(const ServerFixture& server, const std::string& result) {
  RawClient client(server.internal_port());
  const std::string text = client.ask(get("/metrics")).body;
  const std::string name = "gapura_mirrored_requests_total{result=\"" + result + "\"} ";
  const std::size_t at = text.find(name);
  return at == std::string::npos ? -1 : std::stoi(text.substr(at + name.size()));
}

TEST(Mirror, GetsTheSameRequests) {
  const FakeTarget main("main"), shadow("shadow");
  ServerFixture server({&main}, mirrored(shadow.url()));
  const std::string body = pattern(3, 0, 200'000);
  RawClient client(server.port());

  for (const std::string& request :
       {post("/calculate", body, "X-Request-Number: 1\r\nX-Own: yes\r\n"),
        post_chunked("/calculate", body, 1'000, "X-Request-Number: 2\r\n"),
        post("/calculate", body, "X-Request-Number: 3\r\nExpect: 100-continue\r\n"),
        get("/calculate", "X-Request-Number: 4\r\n")}) {
    const Response response = client.ask(request);
    EXPECT_EQ(response.status, 200) << response.fault;
    EXPECT_EQ(response.field("X-Target"), "main");
  }

  ASSERT_TRUE(eventually([&] { return shadow.requests() == 4; }));
  const auto at_main = main.ledger().entries();
  const auto at_shadow = shadow.ledger().entries();
  for (std::uint64_t number = 1; number <= 4; ++number) {
    EXPECT_EQ(at_shadow.at(number).body, at_main.at(number).body) << number;
    EXPECT_EQ(at_shadow.at(number).method, at_main.at(number).method) << number;
  }
  EXPECT_TRUE(eventually([&] { return counted(server, "answered") == 4; }));
}

TEST(Mirror, GetsItsShareExactly) {
  const FakeTarget main("main"), shadow("shadow");
  ServerFixture server({&main}, mirrored(shadow.url(), "", "25"));
  RawClient client(server.port());
  for (int i = 0; i < 40; ++i) ASSERT_EQ(client.ask(get("/calculate")).status, 200);

  EXPECT_TRUE(eventually([&] { return counted(server, "answered") == 10; }));
  EXPECT_EQ(shadow.requests(), 10U);
}

TEST(Mirror, GetsNoBodyWhenTold) {
  const FakeTarget main("main"), shadow("shadow");
  ServerFixture server({&main}, mirrored(shadow.url(), "        mirrorBody: false\n"));
  RawClient client(server.port());

  client.ask(post("/calculate", "hello"), "POST");

  ASSERT_TRUE(eventually([&] { return shadow.requests() == 1; }));
  EXPECT_EQ(shadow.last_request().method, "POST");
  EXPECT_EQ(shadow.last_request().field("Content-Length"), "0");
}

TEST(Mirror, GetsNoRequestWithABodyAboveTheCap) {
  const FakeTarget main("main"), shadow("shadow");
  ServerFixture server({&main}, mirrored(shadow.url(), "        maxBodySize: 10\n"));
  RawClient client(server.port());

  EXPECT_EQ(client.ask(post("/calculate", "eleven bytes"), "POST").status, 200);
  EXPECT_EQ(client.ask(post_chunked("/calculate", "eleven bytes", 3), "POST").status, 200);
  EXPECT_EQ(client.ask(post("/calculate", "ten bytes!"), "POST").status, 200);

  EXPECT_TRUE(eventually([&] { return counted(server, "answered") == 1; }));
  EXPECT_EQ(counted(server, "dropped"), 2);
  EXPECT_EQ(shadow.heads(), 1U);
}

TEST(Mirror, ThatNeverAnswersHoldsNobodyUpAndGetsNoMoreThanItsBound) {
  const FakeTarget main("main");
  FakeTarget shadow("shadow");
  Reply silence;
  silence.gate_before_head = std::make_shared<Gate>();
  shadow.on("/calculate", silence);
  SeedFolder::Settings settings = mirrored(shadow.url());
  settings.workers = 1;
  ServerFixture server({&main}, settings);
  RawClient client(server.port());
  const int more = 50;
  const int bound = static_cast<int>(proxy::Mirrors::kAtOnceMax);
  for (int i = 0; i < bound + more; ++i) {
    const Response response = client.ask(post("/calculate", "body"), "POST");
    ASSERT_EQ(response.status, 200) << response.fault;
  }

  // Those that ended meanwhile were answered by nobody: their time was up.
  EXPECT_GE(counted(server, "dropped") + counted(server, "failed"), more);
  EXPECT_EQ(counted(server, "answered"), 0);
  silence.gate_before_head->open();
}

TEST(Mirror, ThatIsDownHoldsNobodyUp) {
  const FakeTarget main("main");
  auto shadow = std::make_unique<FakeTarget>("shadow");
  ServerFixture server({&main}, mirrored(shadow->url()));
  shadow.reset();
  RawClient client(server.port());

  for (int i = 0; i < 20; ++i) {
    const Response response = client.ask(post("/calculate", "body"), "POST");
    ASSERT_EQ(response.status, 200) << response.fault;
  }

  EXPECT_TRUE(
      eventually([&] { return counted(server, "failed") + counted(server, "dropped") == 20; }));
  RawClient metrics(server.internal_port());
  EXPECT_NE(
      metrics.ask(get("/metrics")).body.find("gapura_errors_total{reason=\"connect_failed\"} 0\n"),
      std::string::npos);
}

TEST(Mirror, IsCutWhenTheServerStops) {
  const FakeTarget main("main");
  FakeTarget shadow("shadow");
  Reply silence;
  silence.gate_before_head = std::make_shared<Gate>();
  shadow.on("/calculate", silence);
  ServerFixture server({&main}, mirrored(shadow.url()));
  {
    RawClient client(server.port());
    EXPECT_EQ(client.ask(get("/calculate")).status, 200);
  }
  ASSERT_TRUE(eventually([&] { return shadow.heads() == 1; }));

  EXPECT_TRUE(server.stop());

  silence.gate_before_head->open();
}

TEST(Mirror, ItsTargetDrainsUnderLoad) {
  const FakeTarget main("main");
  FakeTarget shadow("shadow"), other("other");
  ServerFixture server({&main}, mirrored(shadow.url() + "\"}, {url: \"" + other.url()));
  Load load({.port = server.port(), .clients = 8});
  ASSERT_TRUE(eventually([&] { return shadow.requests() > 20; }));

  const auto answer =
      server.admin().remove("/api/v1/services/shadow/targets/" + shadow.authority() + "?wait=true");
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.number("cut"), 0) << answer.text;
  const std::uint64_t last = shadow.heads();
  shadow.stop(FakeTarget::Stop::abruptly);
  ASSERT_TRUE(load.run_for(200));
  load.stop();

  expect_all_good(load, {&main});
  EXPECT_EQ(shadow.heads(), last);
}

}  // namespace
}  // namespace gapura::test
