// A service whose targets are processes that scaling makes and unmakes, with requests under way.
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <thread>

#include "autoscale/provider/instance_file.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

using testing::HasSubstr;

constexpr const char* kScaling = "/api/v1/services/calculate/autoscale";

/// Processes that serve files, one of which is called "calculate".
class ScalingTest : public testing::Test {
 protected:
  ScalingTest() { write_file(content_.path() / "calculate", "forty-two"); }
  void TearDown() override {
    EXPECT_EQ(autoscale::find_session_with("SCALING_TEST=" + content_.path().string()), 0)
        << "a process has outlived its test";
  }

  SeedFolder::Settings scaled(const std::string& policy) const {
    // Below those that the kernel gives to connections: a process must find its port free, however
    // many clients there are. The provider leaves out the ones that somebody else listens on.
    const int first = 10'000 + ::getpid() * 331 % 20'000;
    SeedFolder::Settings settings;
    settings.more_service =
        "      autoscale:\n"
        "        max: 3\n"
        "        window: {down: 1s}\n"
        "        cooldown: {down: 0s}\n" +
        policy +
        "        provider:\n"
        "          listEvery: 1s\n"
        "          process:\n"
        "            command: [python3, -m, http.server, \"{{port}}\", --bind, 127.0.0.1]\n"
        "            folder: \"" +
        content_.path().string() +
        "\"\n"
        "            environment: {SCALING_TEST: \"" +
        content_.path().string() +
        "\"}\n"
        "            ports: " +
        std::to_string(first) + "-" + std::to_string(first + 300) + "\n";
    return settings;
  }

  static std::size_t serving(ServerFixture& server) {
    std::size_t count = 0;
    for (const auto& target : server.admin().targets()) count += target.state == "serving" ? 1 : 0;
    return count;
  }
  static bool comes_to(ServerFixture& server, std::size_t size) {
    return eventually(
        [&] { return serving(server) == size && server.admin().targets().size() == size; });
  }
  static std::string told(ServerFixture& server) { return server.admin().get(kScaling).text; }

 private:
  TemporaryFolder content_;
};

TEST_F(ScalingTest, FollowsTheHandUpAndDownWithoutLosingARequest) {
  ServerFixture server({}, scaled("        min: 1\n"));
  ASSERT_TRUE(comes_to(server, 1)) << told(server);

  std::atomic<bool> is_over{false};
  std::atomic<int> good{0};
  std::atomic<int> bad{0};
  std::thread load([&] {
    while (!is_over) {
      RawClient client(server.port());
      const auto answer = client.ask(get("/calculate"));
      (answer.status == 200 && answer.body == "forty-two" ? good : bad) += 1;
    }
  });
  EXPECT_EQ(server.admin().call("PATCH", kScaling, R"({"size": 3})").status, 200);
  EXPECT_TRUE(comes_to(server, 3)) << told(server);
  EXPECT_EQ(server.admin().call("PATCH", kScaling, R"({"size": 1})").status, 200);
  EXPECT_TRUE(comes_to(server, 1)) << told(server);
  is_over = true;
  load.join();

  EXPECT_EQ(bad, 0);
  EXPECT_GT(good, 10);
}

TEST_F(ScalingTest, LetsRequestsWaitForTheFirstTarget) {
  ServerFixture server({}, scaled("        min: 0\n        concurrency: 1\n"));
  ASSERT_EQ(server.admin().targets().size(), 0U);

  RawClient client(server.port());
  const auto answer = client.ask(get("/calculate"));

  EXPECT_EQ(answer.status, 200) << answer.fault << told(server);
  EXPECT_EQ(answer.body, "forty-two");
  EXPECT_TRUE(comes_to(server, 0)) << "nobody comes any more: " << told(server);
}

TEST_F(ScalingTest, TakesAlertsAsLevels) {
  FakeTarget seed("seed");
  ServerFixture server({&seed}, scaled("        min: 1\n"));
  const auto alert = [](const std::string& status) {
    return R"({"version":"1","groupKey":"g","status":")" + status + R"(","alerts":[{"status":")" +
           status + R"(","fingerprint":"f","labels":{"alertname":"CPU high","scale":"up"}}]})";
  };

  const auto answer = server.admin().post("/api/v1/hooks/alerts", alert("firing"));
  EXPECT_LT(answer.status, 300) << answer.text;
  EXPECT_TRUE(eventually([&] { return serving(server) == 2; })) << told(server);
  EXPECT_THAT(told(server), HasSubstr("alert"));
  server.admin().post("/api/v1/hooks/alerts", alert("resolved"));

  const auto again = server.admin().post("/api/v1/hooks/alerts", alert("resolved"));
  EXPECT_LT(again.status, 300) << again.text;
  EXPECT_EQ(serving(server), 2U) << "a resolved alert asks for nothing";
}

TEST_F(ScalingTest, RefusesAStepBeyondItsLimitsFromTheFirstMomentOn) {
  FakeTarget one("one"), two("two"), three("three");
  ServerFixture server({&one, &two, &three}, scaled("        min: 1\n"));

  const auto step = server.admin().post("/v1/scale-up", "");

  EXPECT_EQ(step.status, 409) << step.text;
  EXPECT_THAT(step.text, HasSubstr("its max is 3"));
}

TEST_F(ScalingTest, AnswersAStepThatCannotBeBegun) {
  FakeTarget seed("seed");
  SeedFolder::Settings settings;
  settings.more_service =
      "      autoscale: {min: 1, max: 3, provider: {exec: {command: [\"false\"]}}}\n";
  ServerFixture server({&seed}, settings);

  const auto step = server.admin().post("/v1/scale-up", "");

  EXPECT_EQ(step.status, 500) << "the provider has never said what there is: " << step.text;
  EXPECT_THAT(step.text, HasSubstr("nothing could be begun"));
}

TEST_F(ScalingTest, SaysWhyAWrongSizeIsRefused) {
  ServerFixture server({}, scaled("        min: 1\n"));

  const auto too_many = server.admin().call("PATCH", kScaling, R"({"size": 4})");
  EXPECT_EQ(too_many.status, 422);
  EXPECT_THAT(too_many.text, HasSubstr("1 to 3, not 4"));
  EXPECT_EQ(server.admin().call("PATCH", kScaling, R"({"sice": 2})").status, 400);
  EXPECT_EQ(server.admin().call("PATCH", kScaling, "[]").status, 400);
  EXPECT_EQ(server.admin().call("POST", kScaling, "{}").status, 405);
  EXPECT_EQ(server.admin().get("/api/v1/services/none/autoscale").status, 404);
}

}  // namespace
}  // namespace gapura::test
