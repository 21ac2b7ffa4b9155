// What scaling, hooks and messages count, as a scrape of the running server shows it.
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

using testing::HasSubstr;

/// Its targets end with the thread that has started them: the server's.
SeedFolder::Settings scaled_processes() {
  const int first = 10'000 + ::getpid() * 331 % 20'000;  // below the kernel's own
  SeedFolder::Settings settings;
  settings.more_service =
      "      autoscale:\n"
      "        min: 1\n"
      "        max: 2\n"
      "        concurrency: 1\n"
      "        provider:\n"
      "          listEvery: 1s\n"
      "          process:\n"
      "            command: [\"" GAPURA_BINARY
      "\", demo-service, --port, \"{{port}}\"]\n"
      "            ports: " +
      std::to_string(first) + "-" + std::to_string(first + 300) + "\n";
  settings.more_static =
      "notify:\n"
      "  - command: [/bin/cat]\n"
      "    events: [scaled]\n";
  return settings;
}

std::string scrape(const ServerFixture& server) {
  RawClient client(server.internal_port());
  return client.ask(get("/metrics")).body;
}

bool comes_to_show(const ServerFixture& server, const std::string& line) {
  return eventually([&] { return scrape(server).find(line + "\n") != std::string::npos; });
}

TEST(ScalingMetrics, FollowTheServiceThroughAChange) {
  ServerFixture server({}, scaled_processes());
  const std::string service = R"({service="calculate@file")";
  EXPECT_TRUE(
      comes_to_show(server, "gapura_autoscale_targets" + service + R"(,state="serving"} 1)"))
      << scrape(server);

  const auto answer = server.admin().post("/v1/scale-up", "");

  EXPECT_EQ(answer.status, 200) << answer.text;
  for (const std::string& line :
       {"gapura_autoscale_wanted_targets" + service + "} 2",
        "gapura_autoscale_targets" + service + R"(,state="serving"} 2)",
        "gapura_autoscale_instances" + service + R"(,phase="in service"} 2)",
        "gapura_autoscale_min_targets" + service + "} 1",
        "gapura_autoscale_max_targets" + service + "} 2",
        "gapura_autoscale_mode" + service + R"(,mode="on"} 1)",
        "gapura_autoscale_changes_total" + service + R"(,direction="up"} 2)",
        "gapura_autoscale_vote_targets" + service + R"(,signal="concurrency"} 1)",
        "gapura_autoscale_provider_calls_total" + service +
            R"(,operation="create",outcome="ok"} 2)",
        "gapura_autoscale_provider_fault" + service + "} 0",
        std::string(R"(gapura_hooks_requests_total{route="scale-up",outcome="accepted"} 1)"),
        std::string(
            R"(gapura_notify_messages_total{receiver="/bin/cat",outcome="delivered"} 2)")}) {
    EXPECT_TRUE(comes_to_show(server, line)) << line << " in\n" << scrape(server);
  }
  EXPECT_THAT(scrape(server), HasSubstr("\ngapura_autoscale_boot_seconds" + service));
  EXPECT_THAT(scrape(server),
              HasSubstr("\ngapura_autoscale_last_change_timestamp_seconds" + service));
}

}  // namespace
}  // namespace gapura::test
