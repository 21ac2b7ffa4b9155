// How client connections are shared out among workers, and that none is lost on its way from one to
// another.
#include <algorithm>
#include <gtest/gtest.h>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/fake_target.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

/// Open connections by worker.
std::vector<int> open_by_worker(const ServerFixture& server, int workers) {
  RawClient client(server.internal_port());
  const std::string text = client.ask(get("/metrics")).body;
  std::vector<int> open;
  for (int i = 0; i < workers; ++i) {
    const std::string name =
        "gapura_worker_open_connections{worker=\"" + std::to_string(i) + "\"} ";
    const std::size_t at = text.find(name);
    open.push_back(at == std::string::npos ? -1 : std::stoi(text.substr(at + name.size())));
  }
  return open;
}

class ConnectionsSpread : public testing::TestWithParam<int> {
 protected:
  void connect(int count) {
    for (int i = 0; i < count; ++i) {
      RawClient& client = clients_.emplace_back(server_.port());
      ASSERT_EQ(client.ask(get("/calculate")).status, 200);
    }
  }

  FakeTarget target_{"a"};
  ServerFixture server_{{&target_}, {.workers = 2}};
  std::list<RawClient> clients_;
};

TEST_P(ConnectionsSpread, ClientsAtRestAreSplitNearlyEvenly) {
  const int count = GetParam();
  connect(count);

  const std::vector<int> open = open_by_worker(server_, 2);

  ASSERT_EQ(open[0] + open[1], count);
  const double largest = static_cast<double>(std::max(open[0], open[1])) / count;
  EXPECT_LE(largest, count >= 64 ? 0.55 : 0.60) << open[0] << " and " << open[1];
}

INSTANTIATE_TEST_SUITE_P(Sixteen, ConnectionsSpread, testing::Values(16));
INSTANTIATE_TEST_SUITE_P(SixtyFour, ConnectionsSpread, testing::Values(64));

// Their requests have arrived by the time of the stop: on either worker, on their way between the
// two, or still in the kernel's queue.
TEST(ConnectionsAtStop, EachThatHasSentItsRequestGetsItsAnswer) {
  const FakeTarget target("a");
  for (int round = 0; round < 5; ++round) {
    ServerFixture server({&target}, {.workers = 2});
    std::list<RawClient> clients;
    for (int i = 0; i < 150; ++i) {
      RawClient& client = clients.emplace_back(server.port());
      ASSERT_TRUE(client.send(get("/calculate")));
    }

    ASSERT_TRUE(server.stop());

    for (RawClient& client : clients) {
      const Response response = client.read_response();
      ASSERT_EQ(response.status, 200) << response.fault;
    }
  }
}

// The same while they go on coming: who was answered was answered in full, nobody waits for ever,
// and no connection is forgotten, or the stop would not end.
TEST(ConnectionsAtStop, ShortOnesThatGoOnComingHoldNothingUp) {
  const FakeTarget target("a");
  ServerFixture server({&target}, {.workers = 2});
  const std::uint16_t port = server.port();
  int answered = 0;
  int cut = 0;
  std::thread others([&] {
    for (;;) {
      RawClient client(port);
      if (!client.is_connected()) return;  // the listeners are closed
      client.send(get("/calculate", "Connection: close\r\n"));
      const Response response = client.read_response();
      if (response.status == 200) {
        ++answered;
      } else if (client.response_had_begun()) {
        ++cut;
      }
    }
  });
  ASSERT_TRUE(eventually([&] { return target.requests() >= 100; }));

  EXPECT_TRUE(server.stop());
  others.join();

  EXPECT_GE(answered, 100);
  EXPECT_EQ(cut, 0);
}

}  // namespace
}  // namespace gapura::test
