// Failover services over real sockets: by health and by status.
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

/// The seed's service, and `spare` behind it.
SeedFolder::Settings with_spare(const FakeTarget& spare, const std::string& errors = "") {
  SeedFolder::Settings settings;
  settings.dynamic =
      "http:\n"
      "  routers:\n"
      "    r: {rule: \"Path(`/calculate`)\", service: safe}\n"
      "  services:\n"
      "    spare: {loadBalancer: {servers: [{url: \"" +
      spare.url() +
      "\"}]}}\n"
      "    safe:\n"
      "      failover:\n"
      "        service: calculate\n"
      "        fallback: spare\n" +
      errors;
  return settings;
}

std::string errors(const std::string& options) {
  return "        errors: {status: [\"500-504\"]" + options + "}\n";
}

std::string who_answers(RawClient& client) {
  return client.ask(get("/calculate")).field("X-Target").value_or("?");
}

Reply unavailable() {
  Reply reply;
  reply.status = 503;
  reply.body = "not this one";
  return reply;
}

std::string expected(const std::string& target, const std::string& method,
                     const std::string& body) {
  Checksum sum;
  sum.add(body);
  return default_body(target, "none", method, sum);
}

TEST(Failover, UsesTheFallbackWhileAllTargetsAreDownAndGoesBack) {
  auto main = std::make_unique<FakeTarget>("main");
  const FakeTarget spare("spare");
  const std::uint16_t port = main->port();
  ServerFixture server({main.get()}, with_spare(spare));
  RawClient client(server.port());
  ASSERT_EQ(who_answers(client), "main");
  main.reset();

  for (int i = 0; i < 5; ++i) ASSERT_EQ(who_answers(client), "spare");

  const FakeTarget again("again", port);
  EXPECT_TRUE(eventually([&] { return who_answers(client) == "again"; }));
}

TEST(Failover, AStatusLeadsARequestWithItsBodyToTheFallback) {
  FakeTarget main("main");
  main.on("/calculate", unavailable());
  const FakeTarget spare("spare");
  ServerFixture server({&main}, with_spare(spare, errors("")));
  const std::string body = pattern(7, 0, 200'000);
  RawClient client(server.port());

  const Response length = client.ask(post("/calculate", body), "POST");
  const Response chunks = client.ask(post_chunked("/calculate", body, 1'000), "POST");
  const Response none = client.ask(get("/calculate"));

  EXPECT_EQ(length.status, 200) << length.fault;
  EXPECT_EQ(length.body, expected("spare", "POST", body));
  EXPECT_EQ(chunks.body, expected("spare", "POST", body));
  EXPECT_EQ(none.body, expected("spare", "GET", ""));
  EXPECT_EQ(main.requests(), 3U);
}

TEST(Failover, AnAnswerBeforeTheBodyIsDroppedToo) {
  FakeTarget main("main");
  main.on_head([](const Request&) { return unavailable(); });
  const FakeTarget spare("spare");
  ServerFixture server({&main}, with_spare(spare, errors("")));
  const std::string body = pattern(7, 0, 100'000);
  const std::string request = post("/calculate", body);
  RawClient client(server.port());
  client.send(std::string_view(request).substr(0, 20'000));
  ASSERT_TRUE(eventually([&] { return spare.heads() == 1; }));

  client.send(std::string_view(request).substr(20'000));
  const Response response = client.read_response("POST");

  EXPECT_EQ(response.status, 200) << response.fault;
  EXPECT_EQ(response.body, expected("spare", "POST", body));
}

TEST(Failover, OtherStatusesAreTheAnswer) {
  FakeTarget main("main");
  Reply reply = unavailable();
  reply.status = 404;
  main.on("/calculate", reply);
  const FakeTarget spare("spare");
  ServerFixture server({&main}, with_spare(spare, errors("")));
  RawClient client(server.port());

  EXPECT_EQ(client.ask(get("/calculate")).status, 404);
  EXPECT_EQ(spare.heads(), 0U);
}

TEST(Failover, ABodyAboveTheLimitIsNotSentTwice) {
  FakeTarget main("main");
  main.on("/calculate", unavailable());
  const FakeTarget spare("spare");
  ServerFixture server({&main}, with_spare(spare, errors(", maxRequestBodyBytes: 1000")));
  RawClient client(server.port());

  EXPECT_EQ(client.ask(post("/calculate", std::string(1'001, 'x')), "POST").status, 503);
  EXPECT_EQ(client.ask(post_chunked("/calculate", std::string(1'001, 'x'), 100), "POST").status,
            503);
  EXPECT_EQ(spare.heads(), 0U);
  EXPECT_EQ(client.ask(post("/calculate", std::string(1'000, 'x')), "POST").status, 200);
}

TEST(Failover, WithoutAFallbackThatWorksTheAnswerStays) {
  FakeTarget main("main");
  main.on("/calculate", unavailable());
  auto spare = std::make_unique<FakeTarget>("spare");
  ServerFixture server({&main}, with_spare(*spare, errors("")));
  spare.reset();
  RawClient client(server.port());
  client.ask(get("/calculate"));  // finds out

  const Response response = client.ask(get("/calculate"));

  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "not this one");
}

}  // namespace
}  // namespace gapura::test
