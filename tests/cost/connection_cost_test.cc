// What a new connection costs in system calls, from accept to close, with one request in it.
#include <gtest/gtest.h>
#include <string>

#include "tests/cost/counted_calls.h"
#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

constexpr int kConnections = 200;

class ConnectionCost : public testing::Test {
 protected:
  /// One request on a connection of its own, until the server has closed it.
  template <class AfterRequest>
  void ask(const std::string& request, AfterRequest after_request) {
    RawClient client(server_.port());
    ASSERT_TRUE(client.send(request));
    after_request(client);
    const Response response = client.read_response();
    ASSERT_EQ(response.status, 200) << response.fault;
    ASSERT_TRUE(client.sees_close());
  }

  /// For each of many such connections, one after another.
  template <class AfterRequest>
  CountedCalls cost(AfterRequest after_request) {
    const std::string request = get("/calculate", "Connection: close\r\n");
    for (int i = 0; i < 20; ++i) ask(request, after_request);  // links and buffers are made now
    const CountedCalls before = calls_of_workers();
    for (int i = 0; i < kConnections; ++i) ask(request, after_request);
    const CountedCalls after = calls_of_workers();
    return {.recv = after.recv - before.recv,
            .send = after.send - before.send,
            .accept = after.accept - before.accept,
            .epoll_ctl = after.epoll_ctl - before.epoll_ctl,
            .others = after.others - before.others};
  }

  FakeTarget target_{"a"};
  ServerFixture server_{{&target_}};
};

/// Connections that cost a little more: a link that ended, a look at one that rested.
constexpr long kMore = kConnections / 20;

TEST_F(ConnectionCost, ItIsReadOnceRegisteredOnceAndClosedWithoutFurtherCalls) {
  const CountedCalls cost = this->cost([](RawClient&) {});

  EXPECT_LE(cost.recv, 2 * kConnections + kMore);    // the request, the target's answer
  EXPECT_LE(cost.send, 2 * kConnections + kMore);    // both on
  EXPECT_LE(cost.accept, 2 * kConnections + kMore);  // the second finds nobody
  EXPECT_LE(cost.epoll_ctl, 1 * kConnections + kMore);
  EXPECT_LE(cost.others, kMore);
  EXPECT_GE(cost.all(), 6 * kConnections);  // fewer would mean that they are not counted
}

TEST_F(ConnectionCost, AClientThatEndsWithItsRequestIsReadToTheEndAndNotShut) {
  const CountedCalls cost = this->cost([](RawClient& client) { client.half_close(); });

  EXPECT_LE(cost.recv, 3 * kConnections + kMore);    // its end, too
  EXPECT_LE(cost.others, 1 * kConnections + kMore);  // whether that end was a reset
}

}  // namespace
}  // namespace gapura::test
