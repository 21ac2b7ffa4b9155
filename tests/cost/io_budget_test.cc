// What a request costs in steady state, counted inside the process: two receives and two sends, and
// no memory from the heap.
#include <algorithm>
#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/seed_folder.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

struct Cost {
  double socket_calls = 0;
  double looks = 0;  ///< at most; of connections that rested
  double heap_allocations = 0;
};

using SteadyClock = std::chrono::steady_clock;

/// A connection that rests for a second is looked at once (see ClientConnection::rest). Where the
/// machine is slow some do: that call is the rest's, not the request's.
constexpr std::chrono::milliseconds kRest{950};

/// Per request, over `rounds` requests on each of `connections`, one after the other.
Cost cost_of(int connections, int rounds, SeedFolder::Settings settings = {}) {
  const FakeTarget target("a");
  ServerFixture server({&target}, std::move(settings));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < connections; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
  }
  const std::string request = get("/calculate");
  std::vector<SteadyClock::time_point> answered_at(clients.size());
  std::uint64_t rests = 0;
  const auto ask_all = [&](int times) {
    for (int round = 0; round < times; ++round) {
      for (std::size_t i = 0; i < clients.size(); ++i) {
        if (SteadyClock::now() - answered_at[i] > kRest) ++rests;
        const Response response = clients[i]->ask(request);
        answered_at[i] = SteadyClock::now();
        ASSERT_EQ(response.status, 200) << response.fault;
      }
    }
  };
  ask_all(20);  // links, frames and buffers are made now

  const std::uint64_t calls_before = server.socket_calls();
  const std::uint64_t allocations_before = server.heap_allocations();
  rests = 0;
  ask_all(rounds);

  const double requests = static_cast<double>(rounds) * connections;
  return {static_cast<double>(server.socket_calls() - calls_before) / requests,
          static_cast<double>(rests) / requests,
          static_cast<double>(server.heap_allocations() - allocations_before) / requests};
}

// A link may end, and the last request may not be counted yet: a few calls in thousands.
constexpr double kSlack = 0.02;

TEST(IoBudget, FourSocketCallsAndNoAllocationAtOneConnection) {
  const Cost cost = cost_of(1, 1'000);

  EXPECT_LE(cost.socket_calls, 4 + cost.looks + kSlack);
  EXPECT_GE(cost.socket_calls, 4 - kSlack);  // fewer would mean that they are not counted
  EXPECT_LE(cost.heap_allocations, kSlack);
}

TEST(IoBudget, AnAccessLogLineCostsNoCallAndNoAllocation) {
  for (const char* format : {"common", "json"}) {
    const TemporaryFolder folder;
    const std::string file = (folder / "access.log").string();
    SeedFolder::Settings settings;
    settings.more_static = "accessLog:\n  filePath: " + file + "\n  format: " + format + "\n";

    const Cost cost = cost_of(8, 200, std::move(settings));

    EXPECT_LE(cost.socket_calls, 4 + cost.looks + kSlack) << format;
    EXPECT_LE(cost.heap_allocations, kSlack) << format;
    const std::string text = read_file(file);
    EXPECT_GE(std::ranges::count(text, '\n'), 8 * 200) << format;  // it was on
  }
}

TEST(IoBudget, FourSocketCallsAndNoAllocationAtManyConnections) {
  const Cost cost = cost_of(64, 40);

  EXPECT_LE(cost.socket_calls, 4 + cost.looks + kSlack);
  EXPECT_GE(cost.socket_calls, 4 - kSlack);
  EXPECT_LE(cost.heap_allocations, kSlack);
}

}  // namespace
}  // namespace gapura::test
