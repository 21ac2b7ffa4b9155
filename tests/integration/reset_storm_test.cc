// Thousands of clients that leave by a reset in whatever phase they happen to be, while others do
// checked work through the same program. Nothing of the work may be harmed, and nothing may be left
// of those who have gone: no descriptor, no link, no request in flight.
#include <array>
#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/async/pipe.h"
#include "tests/support/binary_fixture.h"
#include "tests/support/descriptors.h"
#include "tests/support/fake_target.h"
#include "tests/support/load.h"
#include "tests/support/raw_client.h"

namespace gapura::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kResets = 1'000;  // a sanitizer makes each some ten times as dear
#else
constexpr int kResets = 10'000;
#endif
constexpr int kStormThreads = 8;
constexpr std::uint64_t kResponseBytes = 2 << 20;  // more than sockets take, mostly

enum class Phase { before_a_byte, in_the_head, in_the_body, in_the_response, in_an_upgrade };
constexpr std::size_t kPhases = 5;

constexpr std::string_view kUpgrade =
    "GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

/// Up to `most` bytes of `text`, at least one.
std::string some_of(std::string_view text, std::mt19937& random) {
  return std::string(text.substr(0, 1 + random() % text.size()));
}

/// Sends something up to the phase, perhaps waits for what the server says to it, and resets.
void come_and_go(std::uint16_t port, Phase phase, std::mt19937& random) {
  RawClient client(port);
  ASSERT_TRUE(client.is_connected());
  const bool waits = random() % 2 == 0;
  switch (phase) {
    case Phase::before_a_byte: break;
    case Phase::in_the_head: {
      const std::string whole = get("/calculate", "X-A: 1\r\n");
      client.send(some_of(std::string_view(whole).substr(0, whole.size() - 1), random));
      break;
    }
    case Phase::in_the_body: {
      const bool is_chunked = random() % 2 == 0;
      client.send(std::string("POST /calculate HTTP/1.1\r\nHost: a\r\n") +
                  (is_chunked ? "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n10000\r\n"
                              : "Content-Length: 70000\r\n\r\n"));
      client.send(some_of(pattern(1, 0, 60'000), random));
      break;
    }
    case Phase::in_the_response:
      client.send(get("/large"));
      if (waits) client.read_raw(1 + random() % 200'000);
      break;
    case Phase::in_an_upgrade:
      client.send(kUpgrade);
      if (waits) {
        EXPECT_EQ(client.read_head().status, 101);
      }
      client.send("bytes of the tunnel");
      break;
  }
  client.reset();
}

/// The sum of a family's values whose labels contain `label`; -1 when it is not there.
double metric(std::uint16_t port, const std::string& family, const std::string& label) {
  RawClient client(port);
  const std::string text = client.ask(get("/metrics", "Connection: close\r\n")).body;
  double sum = -1;
  for (std::size_t at = 0; (at = text.find("\n" + family, at)) != std::string::npos;) {
    const std::size_t end = text.find('\n', ++at);
    const std::string line = text.substr(at, end - at);
    if (line.find(label) == std::string::npos) continue;
    sum = std::max(sum, 0.0) + std::stod(line.substr(line.rfind(' ')));
  }
  return sum;
}

class ResetStorm : public testing::Test {
 protected:
  ResetStorm() : folder_(settings()) {
    Reply large;
    large.pattern_bytes = kResponseBytes;
    target_.on("/large", large);
    Reply tunnel;
    tunnel.raw = "HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    target_.on("/tunnel", tunnel);
    folder_.write_services({&target_});
    program_ = std::make_unique<BinaryFixture>(GAPURA_BINARY, folder_);
  }

  static SeedFolder::Settings settings() {
    SeedFolder::Settings settings;
    settings.dynamic =
        "http:\n  routers:\n    all:\n      rule: PathPrefix(`/`)\n      service: calculate\n";
    return settings;
  }

  Descriptors descriptors() const { return descriptors_of(std::to_string(program_->pid())); }

  double metric(const std::string& family, const std::string& label = "") const {
    return test::metric(program_->internal_port(), family, label);
  }

  /// Every phase equally often, in an order that the seed decides.
  void storm(unsigned seed) {
    std::atomic<int> left{kResets};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kStormThreads; ++i) {
      threads.emplace_back([this, &left, random = std::mt19937(seed + i)]() mutable {
        while (--left >= 0) {
          const std::size_t phase = random() % kPhases;
          ++times_[phase];
          come_and_go(program_->port(), static_cast<Phase>(phase), random);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  FakeTarget target_{"a"};
  SeedFolder folder_;
  std::unique_ptr<BinaryFixture> program_;
  std::array<std::atomic<int>, kPhases> times_{};
};

TEST_F(ResetStorm, HarmsNobodyElseAndLeavesNothingBehind) {
  ASSERT_TRUE(program_->is_ready()) << program_->log();
  RawClient warm_up(program_->port());
  ASSERT_EQ(warm_up.ask(get("/calculate")).status, 200);
  warm_up.close();
  ASSERT_TRUE(eventually([this] { return target_.open_connections() == 0; }));  // idle links end
  const Descriptors before = descriptors();
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));

  Load load({.port = program_->port()});
  storm(seed);
  EXPECT_TRUE(load.run_for(50));  // nothing is wrong after it, either
  load.stop();

  expect_all_good(load, {&target_});
  for (const std::atomic<int>& times : times_) EXPECT_GT(times, kResets / 10);
  EXPECT_GE(metric("gapura_connections_accepted_total"), kResets);
  EXPECT_TRUE(eventually([this] { return program_->admin().in_flight() == 0; }));
  EXPECT_TRUE(eventually([this] { return metric("gapura_server_inflight_requests") == 0; }));
  EXPECT_TRUE(eventually([this] { return metric("gapura_service_inflight_requests") == 0; }));
  EXPECT_TRUE(eventually([this] { return metric("traefik_open_connections") == 0; }))
      << metric("traefik_open_connections") << " clients";
  EXPECT_TRUE(eventually([this] { return target_.open_connections() == 0; }))
      << target_.open_connections() << " links";
  EXPECT_TRUE(eventually([&] { return descriptors().others <= before.others; }))
      << descriptors().others << " descriptors instead of " << before.others;
  // Of each of the two workers, both ends.
  const auto kept = static_cast<long>(Pipes::kKept) * 2 * 2;
  EXPECT_LE(descriptors().pipe_ends, before.pipe_ends + kept);
  program_->send(SIGTERM);
  EXPECT_EQ(program_->wait(), 0) << program_->log();
}

}  // namespace
}  // namespace gapura::test
