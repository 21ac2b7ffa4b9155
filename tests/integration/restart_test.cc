// What a restart, a crash and a reboot with a broken file leave behind.
#include <csignal>
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "tests/support/binary_fixture.h"
#include "tests/support/fake_target.h"
#include "tests/support/load.h"

namespace gapura::test {
namespace {

class Restart : public testing::Test {
 protected:
  void start() {
    binary_ = std::make_unique<BinaryFixture>(GAPURA_BINARY, folder_);
    ASSERT_TRUE(binary_->is_ready()) << binary_->log();
  }
  void end(int signal) {
    binary_->send(signal);
    ASSERT_TRUE(binary_->wait().has_value()) << binary_->log();
    binary_.reset();
  }
  void add(const FakeTarget& target) {
    const auto answer =
        binary_->admin().post(AdminClient::targets_path(), "{\"url\": \"" + target.url() + "\"}");
    ASSERT_TRUE(answer.status == 201 || answer.status == 200) << answer.status << answer.text;
  }

  FakeTarget a_{"a"}, b_{"b"}, c_{"c"};
  SeedFolder folder_{{}};
  std::unique_ptr<BinaryFixture> binary_;
};

TEST_F(Restart, KeepsWhatTheApiChanged) {
  folder_.write_services({&a_, &b_});
  start();
  add(c_);
  ASSERT_EQ(binary_->admin().remove(AdminClient::target_path(b_.authority()) + "?wait=true").status,
            200);
  ASSERT_TRUE(binary_->admin().wait_for_targets({a_.authority(), c_.authority()}));

  end(SIGTERM);
  start();

  EXPECT_TRUE(binary_->admin().wait_for_targets({a_.authority(), c_.authority()}));
}

TEST_F(Restart, KeepsEveryChangeThatWasAnsweredBeforeAKill) {
  folder_.write_services({&a_});
  for (int round = 0; round < 5; ++round) {
    start();
    const FakeTarget& changed = round % 2 == 0 ? b_ : c_;
    if (round < 2) {
      add(changed);
    } else if (round < 4) {
      const int status =
          binary_->admin().remove(AdminClient::target_path(changed.authority())).status;
      ASSERT_TRUE(status == 200 || status == 202) << status;
    }

    end(SIGKILL);  // right after the answer

    start();
    std::vector<std::string> expected{a_.authority()};
    if (round < 2) expected.push_back(b_.authority());
    if (round == 1 || round == 2) expected.push_back(c_.authority());
    EXPECT_TRUE(binary_->admin().wait_for_targets(expected)) << "round " << round;
    end(SIGKILL);
  }
}

TEST_F(Restart, ServesTheLastGoodVersionOfABrokenFile) {
  folder_.write_services({&a_, &b_});
  start();
  ASSERT_TRUE(binary_->admin().wait_for_targets({a_.authority(), b_.authority()}));
  RawClient client(binary_->port());
  ASSERT_EQ(client.ask(get("/calculate")).status, 200);
  end(SIGTERM);

  for (const std::string broken : {"http:\n  services: [\n\t:", ""}) {
    write_file(folder_.services_file(), broken);
    start();
    EXPECT_TRUE(binary_->admin().wait_for_targets({a_.authority(), b_.authority()})) << broken;
    RawClient again(binary_->port());
    EXPECT_EQ(again.ask(get("/calculate")).status, 200) << broken;
    end(SIGTERM);
  }
}

TEST_F(Restart, KeepsTheTokenOfTheAdminApi) {
  folder_.write_services({&a_});
  start();
  const std::string token = read_file(folder_.state_dir() / "admin-token");
  end(SIGTERM);

  start();

  EXPECT_FALSE(token.empty());
  EXPECT_EQ(read_file(folder_.state_dir() / "admin-token"), token);
}

}  // namespace
}  // namespace gapura::test
