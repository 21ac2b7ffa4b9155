// The event stream of the whole server, as a dashboard reads it.
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/load.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

using testing::HasSubstr;

/// Reads server-sent events until it is destroyed.
class EventReader {
 public:
  EventReader(ServerFixture& server, const std::string& after = "")
      : client_(server.admin().port()) {
    std::string fields =
        "Accept: text/event-stream\r\nAuthorization: Bearer " + server.admin().token() + "\r\n";
    if (!after.empty()) fields += "Last-Event-ID: " + after + "\r\n";
    client_.send(get("/api/v1/events", fields));
    head_ = client_.read_head();
  }
  int status() const { return head_.status; }
  /// Whether `text` comes within patience().
  bool sees(const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + patience();
    while (seen_.find(text) == std::string::npos) {
      if (std::chrono::steady_clock::now() > end) return false;
      const std::string more = client_.read_raw(1);
      if (more.empty()) return false;
      seen_ += more;
    }
    return true;
  }
  const std::string& seen() const { return seen_; }

 private:
  RawClient client_;
  Response head_;
  std::string seen_;
};

TEST(Events, TellOfADrainFromItsBeginToItsEnd) {
  FakeTarget a("a"), b("b");
  ServerFixture server({&a, &b});
  EventReader reader(server);
  ASSERT_EQ(reader.status(), 200);

  server.admin().remove(AdminClient::target_path(b.authority()) + "?wait=true");

  EXPECT_TRUE(reader.sees("\"kind\":\"targetPhase\"")) << reader.seen();
  EXPECT_TRUE(reader.sees("\"kind\":\"targetDrained\"")) << reader.seen();
  EXPECT_TRUE(reader.sees("\"cut\":0")) << reader.seen();
  EXPECT_TRUE(reader.sees("\"kind\":\"targetGone\"")) << reader.seen();
}

TEST(Events, TellOfFilesThatBreakAndAreRepaired) {
  FakeTarget a("a"), b("b");
  ServerFixture server({&a});
  EventReader reader(server);
  ASSERT_EQ(reader.status(), 200);

  write_file(server.folder().services_file(), "http: [\n");
  EXPECT_TRUE(reader.sees("\"kind\":\"configBroken\"")) << reader.seen();
  EXPECT_TRUE(reader.sees(server.folder().services_file().filename().string())) << reader.seen();
  server.folder().write_services({&a});
  EXPECT_TRUE(reader.sees("stays in force, and has no faults now")) << reader.seen();
  server.folder().write_services({&a, &b});
  EXPECT_TRUE(reader.sees("\"kind\":\"configReloaded\"")) << reader.seen();
  EXPECT_TRUE(reader.sees("\"kind\":\"targetJoined\"")) << reader.seen();
}

TEST(Events, AreReplayedToWhoeverComesBack) {
  FakeTarget a("a"), b("b");
  ServerFixture server({&a});
  const auto before = server.admin().get("/api/v1/events");
  ASSERT_EQ(before.status, 200) << before.text;
  const std::string last(before.body.at("next").as_string());

  server.folder().write_services({&a, &b});
  ASSERT_TRUE(server.admin().wait_for_targets({a.authority(), b.authority()}));
  EventReader reader(server, last);

  EXPECT_TRUE(reader.sees("\"target\":\"" + b.authority() + "\"")) << reader.seen();
  EventReader stranger(server, "another-run-1");
  EXPECT_TRUE(stranger.sees("event: reset")) << stranger.seen();
}

TEST(Events, BringStatsWhileSomebodyListens) {
  FakeTarget a("a");
  ServerFixture server({&a});
  Load load({.port = server.port()});
  EventReader reader(server);

  EXPECT_TRUE(reader.sees("event: stats")) << reader.seen();
  EXPECT_TRUE(reader.sees("\"requestsPerSecond\":")) << reader.seen();
  EXPECT_TRUE(reader.sees("\"inFlight\":")) << reader.seen();
  load.stop();
}

TEST(Events, DoNotKeepTheServerFromStopping) {
  FakeTarget a("a");
  ServerFixture server({&a});
  EventReader reader(server);
  ASSERT_TRUE(reader.sees("event: stats"));

  EXPECT_TRUE(server.stop());
}

TEST(Explain, AgreesWithTheProxy) {
  FakeTarget a("a");
  ServerFixture server({&a});

  const auto hit = server.admin().post(
      "/api/v1/explain",
      R"({"method": "GET", "url": "http://x/a/../calculate", "entryPoint": "web"})");
  EXPECT_EQ(hit.status, 200) << hit.text;
  EXPECT_THAT(hit.text, HasSubstr("\"router\":\"calculate@file\""));
  EXPECT_THAT(hit.text, HasSubstr("\"canBePicked\":true"));
  const auto miss =
      server.admin().post("/api/v1/explain", R"({"url": "http://x/%2e%2e/", "entryPoint": "web"})");
  EXPECT_EQ(miss.status, 400) << miss.text;
  EXPECT_EQ(a.requests(), 0u);
}

}  // namespace
}  // namespace gapura::test
