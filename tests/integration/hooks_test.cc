// The listeners for hooks and the file for Prometheus, in the whole server.
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kToken = "0123456789abcdef0123456789abcdef";

class HooksListener : public testing::Test {
 protected:
  HooksListener() {
    write_file(secrets_.path() / "token", std::string(kToken) + "\n");
    ::chmod((secrets_.path() / "token").c_str(), 0600);
  }
  /// One listener for everything, one for discovery only, and the file.
  SeedFolder::Settings settings() const {
    SeedFolder::Settings made;
    made.more_static =
        "hooks:\n  - address: \"127.0.0.1:0\"\n"
        "    serves: [scale, update-servers, alerts, sd]\n"
        "    auth: {bearer: {tokenFile: " +
        (secrets_.path() / "token").string() +
        "}}\n  - {address: \"127.0.0.1:0\", serves: [sd], insecure: true}\n"
        "sd: {file: " +
        targets_file() + ", labels: {job: clones}}\n";
    return made;
  }
  std::string targets_file() const { return (secrets_.path() / "targets.json").string(); }

  TemporaryFolder secrets_;
};

TEST_F(HooksListener, UpdateServersAndNothingElseOfTheAdminApi) {
  FakeTarget first("first"), second("second");
  ServerFixture server({&first}, settings());
  AdminClient hook(server.hook_port(0), kToken);

  const auto updated = hook.post("/update-servers", R"({"servers": [")" + second.url() + "\"]}");
  EXPECT_EQ(updated.status, 200) << updated.text;
  EXPECT_TRUE(server.admin().wait_until_gone(first.authority()));

  EXPECT_EQ(hook.get("/api/v1/services").status, 404);
  EXPECT_EQ(hook.post("/api/v1/reload", "").status, 404);
  EXPECT_EQ(hook.remove(AdminClient::target_path(second.authority())).status, 404);
  AdminClient stranger(server.hook_port(0), "wrong");
  EXPECT_EQ(stranger.post("/update-servers", "{}").status, 401);
}

TEST_F(HooksListener, ServesOnlyWhatItIsToldTo) {
  FakeTarget target("target");
  ServerFixture server({&target}, settings());
  AdminClient discovery(server.hook_port(1), "");

  EXPECT_THAT(discovery.get("/sd/prometheus?port=9101").text, HasSubstr("127.0.0.1:9101"));
  EXPECT_EQ(discovery.post("/update-servers", "{}").status, 404);
  EXPECT_EQ(discovery.post("/v1/scale-up", "").status, 404);
}

TEST_F(HooksListener, OpenOnesServeNoPageWhoseNameHasComeToMeanUs) {
  FakeTarget target("target");
  ServerFixture server({&target}, settings());
  const auto status_of = [&](const std::string& host, const std::string& fields) {
    RawClient client(server.hook_port(1));
    return client.ask("GET /sd/prometheus HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n")
        .status;
  };

  EXPECT_EQ(status_of("evil.example:4000", "Origin: http://evil.example:4000\r\n"), 403);
  EXPECT_EQ(status_of("evil.example:4000", "Sec-Fetch-Site: same-origin\r\n"), 403);
  EXPECT_EQ(status_of("127.0.0.1:4000", "Sec-Fetch-Site: cross-site\r\n"), 403);
  EXPECT_EQ(status_of("gapura:4000", ""), 200) << "Prometheus is no page";
}

TEST_F(HooksListener, SayThatNothingIsAutoscaled) {
  FakeTarget target("target");
  ServerFixture server({&target}, settings());
  AdminClient hook(server.hook_port(0), kToken);

  const auto step = hook.post("/v1/scale-up", "");
  EXPECT_EQ(step.status, 409);
  EXPECT_THAT(step.text, HasSubstr("no service is autoscaled"));
  EXPECT_EQ(server.admin().post("/v1/scale-down", "").status, 409) << "on the admin listener too";
}

TEST_F(HooksListener, KeepPrometheusFileAsTheTargetsAre) {
  FakeTarget target("target");
  ServerFixture server({&target}, settings());
  const auto text = [&] { return read_file(targets_file()); };

  EXPECT_TRUE(eventually([&] { return text().find("127.0.0.1:9100") != std::string::npos; }));
  EXPECT_THAT(text(), HasSubstr("\"job\":\"clones\""));
  struct stat found {};
  ASSERT_EQ(::stat(targets_file().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0644u) << "Prometheus runs as another user";

  server.admin().post(AdminClient::targets_path(), R"({"url": "http://127.0.0.2:9"})");
  EXPECT_TRUE(eventually([&] { return text().find("127.0.0.2:9100") != std::string::npos; }));
  server.admin().remove(AdminClient::target_path("127.0.0.2:9"));
  EXPECT_TRUE(eventually([&] { return text().find("127.0.0.2:9100") == std::string::npos; }));
}

}  // namespace
}  // namespace gapura::test
