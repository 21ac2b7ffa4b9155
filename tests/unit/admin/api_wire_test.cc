// The API behind its server and guard, asked as curl asks.
#include <future>

#include "admin/guard.h"
#include "admin/http_server.h"
#include "tests/unit/admin/api_fixture.h"
#include "tests/unit/admin/loopback.h"

namespace gapura::admin {
namespace {

class ApiWireTest : public ApiFixture {
 protected:
  ApiWireTest() {
    conf::ListenAddress address;
    address.host = "127.0.0.1";
    const auto failed = server.listen(address);
    EXPECT_FALSE(failed.has_value());
    server.start();
  }

  /// Sends `text` and gives all that comes back until the server closes.
  std::string exchange(const std::string& text) {
    auto answer = std::async(std::launch::async, [this, &text, port = server.port()] {
      Client client(port);
      client.send(text);
      std::string all = client.read_all();
      is_done = true;
      return all;
    });
    const TimePoint deadline = Clock::now() + std::chrono::seconds(20);
    while (!is_done.exchange(false) && Clock::now() < deadline) {
      loop.restart();
      loop.run_one_for(Milliseconds(5));
    }
    return answer.get();
  }

  std::string head(const std::string& line, const std::string& type, std::size_t size) const {
    return line + " HTTP/1.1\r\nHost: localhost:" + std::to_string(server.port()) +
           "\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\nConnection: close\r\n" +
           "Authorization: Bearer 0123456789abcdef\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
  }

  std::atomic<bool> is_done{false};
  Guard guard{{.write = Token("0123456789abcdef")}, ""};
  HttpServer server{
      loop, [this](Request request) { return api.answer_guarded(guard, std::move(request)); }, {}};
};

TEST_F(ApiWireTest, TakesTheSeedsCallOfTheTargetUpdater) {
  const std::string body =
      "{\n     \"servers\": [\n       \"http://192.168.1.101:8080\",\n"
      "       \"http://192.168.1.102:8080\"\n     ]\n   }";

  const std::string answer =
      exchange(head("POST /update-servers", "application/json", body.size()) + body);

  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"message\":\"services.yaml updated successfully\"}"))
      << answer;
  EXPECT_NE(answer.find("Content-Type: application/json\r\n"), std::string::npos);
  const auto targets = json_of(ask("GET", kTargets)).at("targets").as_array();
  ASSERT_EQ(targets.size(), 2u);
  EXPECT_EQ(targets[0].at("url"), "http://192.168.1.101:8080");
  EXPECT_EQ(targets[1].at("url"), "http://192.168.1.102:8080");
}

TEST_F(ApiWireTest, AddsATargetAsCurlPostsIt) {
  const std::string body = R"({"url": "http://10.0.0.3:3000"})";

  const std::string answer = exchange(
      head("POST " + std::string(kTargets), "application/x-www-form-urlencoded", body.size()) +
      body);

  EXPECT_TRUE(answer.starts_with("HTTP/1.1 201 Created\r\n")) << answer;
  EXPECT_NE(answer.find("X-Gapura-Version: "), std::string::npos);
}

TEST_F(ApiWireTest, RefusesWhoeverCarriesNoToken) {
  const std::string answer = exchange(
      "POST /update-servers HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
      "Content-Length: 2\r\n\r\n{}");

  EXPECT_TRUE(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n")) << answer;
  EXPECT_NE(answer.find("WWW-Authenticate: Bearer"), std::string::npos);
  EXPECT_TRUE(saved.empty());
}

TEST_F(ApiWireTest, GoesOnDrainingWhenTheClientOfAWaitHangsUp) {
  begin_exchange(kFirst);
  {
    Client client(server.port());
    client.send(head("DELETE " + std::string(kTargets) + "/" + kFirst + "?wait=true",
                     "application/json", 0));
    const TimePoint deadline = Clock::now() + std::chrono::seconds(20);
    while (!target(kFirst)->is_draining && Clock::now() < deadline) {
      loop.restart();
      loop.run_one_for(Milliseconds(5));
    }
    ASSERT_TRUE(target(kFirst)->is_draining);
  }

  const TimePoint deadline = Clock::now() + std::chrono::seconds(20);
  while (server.connections() > 0 && Clock::now() < deadline) {
    loop.restart();
    loop.run_one_for(Milliseconds(5));
  }

  EXPECT_EQ(server.connections(), 0u) << "nobody waits any more";
  EXPECT_EQ(state_of(kFirst), "draining");
}

}  // namespace
}  // namespace gapura::admin
