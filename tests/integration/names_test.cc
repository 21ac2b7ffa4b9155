// Targets by name over real sockets: each address of the name is one.
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <string>

#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

/// What "app.internal" stands for; changed while the server runs.
class Zone {
 public:
  void set(std::vector<std::string> addresses) {
    const std::lock_guard lock(mutex_);
    addresses_ = std::move(addresses);
  }
  Naming naming() {
    return [this](const std::string&) {
      const std::lock_guard lock(mutex_);
      return addresses_;
    };
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> addresses_;
};

/// Two targets on one port of two addresses, "one" and "two".
struct Pair {
  FakeTarget one{"one"};
  FakeTarget two{"two", one.port(), 2};
  std::string name = "app.internal:" + std::to_string(one.port());
  std::string at_one = name + "@127.0.0.1";
  std::string at_two = name + "@127.0.0.2";
  ServerLine line{"http://" + name};
};

std::map<std::string, int> answers(const ServerFixture& server, int times) {
  RawClient client(server.port());
  std::map<std::string, int> out;
  for (int i = 0; i < times; ++i) {
    const Response response = client.ask(get("/calculate"));
    EXPECT_EQ(response.status, 200) << response.fault;
    ++out[response.field("X-Target").value_or("?")];
  }
  return out;
}

TEST(Names, EachAddressGetsItsShareAndIsShown) {
  const Pair pair;
  Zone zone;
  zone.set({"127.0.0.2", "127.0.0.1"});
  ServerFixture server({pair.line}, {}, zone.naming());
  ASSERT_TRUE(server.admin().wait_for_targets({pair.at_one, pair.at_two}));

  EXPECT_EQ(answers(server, 20), (std::map<std::string, int>{{"one", 10}, {"two", 10}}));
  RawClient metrics(server.internal_port());
  const std::string text = metrics.ask(get("/metrics")).body;
  EXPECT_NE(text.find("url=\"http://" + pair.name + "\",address=\"127.0.0.2\"} 1\n"),
            std::string::npos)
      << text;
}

TEST(Names, AnAddressComesAndGoesWithoutALoss) {
  const Pair pair;
  Zone zone;
  zone.set({"127.0.0.1"});
  ServerFixture server({pair.line}, {}, zone.naming());
  ASSERT_TRUE(server.admin().wait_for_targets({pair.at_one}));
  EXPECT_EQ(answers(server, 4), (std::map<std::string, int>{{"one", 4}}));

  zone.set({"127.0.0.1", "127.0.0.2"});
  ASSERT_TRUE(eventually([&] { return answers(server, 2).size() == 2; }));

  zone.set({"127.0.0.2"});
  EXPECT_TRUE(eventually([&] {
    answers(server, 1);
    return !server.admin().target(pair.at_one).has_value();
  }));
  EXPECT_EQ(answers(server, 4), (std::map<std::string, int>{{"two", 4}}));

  zone.set({});
  EXPECT_EQ(answers(server, 4), (std::map<std::string, int>{{"two", 4}}));
}

TEST(Names, TheApiAddsDrainsAndRemovesThem) {
  const FakeTarget other("other");
  const Pair pair;
  Zone zone;
  zone.set({"127.0.0.1", "127.0.0.2"});
  ServerFixture server({&other}, {}, zone.naming());
  const auto path = AdminClient::target_path(pair.name);

  const auto added =
      server.admin().post(AdminClient::targets_path(), "{\"url\": \"" + pair.line.url + "\"}");
  ASSERT_EQ(added.status, 201) << added.text;
  ASSERT_TRUE(server.admin().wait_for_targets({other.authority(), pair.at_one, pair.at_two}));
  const auto shown = server.admin().get(path);
  ASSERT_TRUE(shown.body.is_array()) << shown.text;
  EXPECT_EQ(shown.body.as_array().size(), 2u);

  const auto drained =
      server.admin().post(AdminClient::target_path(pair.at_one) + "/drain?wait=true", "");
  EXPECT_EQ(drained.status, 200) << drained.text;
  EXPECT_EQ(answers(server, 20).count("one"), 0u);

  const auto removed = server.admin().remove(path + "?wait=true");
  EXPECT_EQ(removed.status, 200) << removed.text;
  EXPECT_EQ(server.admin().targets().size(), 1u);
  EXPECT_EQ(server.admin().get(path).status, 404);
}

}  // namespace
}  // namespace gapura::test
