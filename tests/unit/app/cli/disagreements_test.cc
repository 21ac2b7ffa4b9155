#include "app/cli/disagreements.h"

#include <gtest/gtest.h>

namespace gapura::app::cli {
namespace {

using Rows = std::vector<Disagreement>;

conf::Server server(const std::string& host, std::uint32_t weight = 1) {
  conf::Server one;
  one.url = {.scheme = "http", .host = host, .port = 80};
  one.weight = weight;
  return one;
}

/// Files with one service "s" of two servers, "a" and "b" with weight 2.
conf::DynamicConfig two_servers() {
  conf::DynamicConfig files;
  files.services["s"].servers = {server("a"), server("b", 2)};
  return files;
}

TEST(Disagreements, AreNoneWithoutState) {
  EXPECT_EQ(disagreements({}, two_servers()), Rows{});
}

TEST(Disagreements, NameWhatWasAddedAndByWhom) {
  balancer::Overlay state;
  state.services["s"].added["c:80"] = {.server = server("c")};
  state.services["s"].added["d"] = {.server = server("d"), .origin = balancer::Origin::autoscale};
  state.services["gone"].added["e:80"] = {.server = server("e")};

  EXPECT_EQ(disagreements(state, two_servers()),
            (Rows{{"gone", "e:80", "added by the admin API", "there is no such service"},
                  {"s", "c:80", "added by the admin API", "not listed"},
                  {"s", "d", "added by the autoscaler", "not listed"}}));
}

TEST(Disagreements, NameOtherWeightsAndLeaveOutEqualOnes) {
  balancer::Overlay state;
  state.services["s"].added["a:80"] = {.server = server("a")};
  state.services["s"].added["b:80"] = {.server = server("b", 5)};

  EXPECT_EQ(disagreements(state, two_servers()),
            (Rows{{"s", "b:80", "weight 5, by the admin API", "listed with weight 2"}}));
}

TEST(Disagreements, NameWhatWasDrainedAndRemoved) {
  balancer::Overlay state;
  state.services["s"].removed = {"a:80"};
  state.services["s"].file_servers = two_servers().services["s"].servers;
  state.services["s"].drained = {"b:80"};

  EXPECT_EQ(disagreements(state, two_servers()),
            (Rows{{"s", "a:80", "removed", "listed with weight 1"},
                  {"s", "b:80", "drained", "listed with weight 2"}}));
}

TEST(Disagreements, SayThatAnEditOfTheListEndsRemovals) {
  balancer::Overlay state;
  state.services["s"].removed = {"a:80"};
  state.services["s"].file_servers = {server("a")};

  EXPECT_EQ(disagreements(state, two_servers()).front().state,
            "removed; ends, since the list was edited");
}

}  // namespace
}  // namespace gapura::app::cli
