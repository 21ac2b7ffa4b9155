// Without descriptors nobody is accepted, nobody suffers who was, and all is well again afterwards.
#include <sys/resource.h>

#include <filesystem>
#include <gtest/gtest.h>
#include <iterator>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "tests/support/binary_fixture.h"
#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"

namespace gapura::test {
namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

class Exhaustion : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write_services({&a_, &b_});
    binary_ = std::make_unique<BinaryFixture>(GAPURA_BINARY, folder_);
    ASSERT_TRUE(binary_->is_ready()) << binary_->log();
    ASSERT_TRUE(binary_->admin().wait_for_targets({a_.authority(), b_.authority()}));
  }
  std::size_t descriptors() const {
    const auto folder = "/proc/" + std::to_string(binary_->pid()) + "/fd";
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder), {}));
  }
  /// Admin calls end a moment after their answers, and give back their descriptors.
  bool settles() const {
    std::size_t last = 0;
    int same = 0;
    return eventually([&] {
      const std::size_t now = descriptors();
      same = now == std::exchange(last, now) ? same + 1 : 0;
      return same == 20;
    });
  }
  /// Leaves room for `more` descriptors: the limit is on their numbers, and the lowest is taken.
  void limit_descriptors(std::size_t more) const {
    std::set<std::size_t> used;
    const auto folder = "/proc/" + std::to_string(binary_->pid()) + "/fd";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      used.insert(std::stoul(entry.path().filename()));
    }
    std::size_t end = 0;
    for (std::size_t free = 0; used.contains(end) || free < more; ++end) {
      free += used.contains(end) ? 0 : 1;
    }
    const rlimit limit{.rlim_cur = end, .rlim_max = end};
    ASSERT_EQ(::prlimit(binary_->pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
  }

  const FakeTarget a_{"a"}, b_{"b"};
  SeedFolder folder_{{.workers = 1, .more_static = "limits: {maxConnections: 100000}\n"}};
  std::unique_ptr<BinaryFixture> binary_;
};

TEST_F(Exhaustion, ClientsWaitUntilThereAreDescriptorsAgain) {
  RawClient kept(binary_->port());
  ASSERT_EQ(kept.ask(get("/calculate")).status, 200);
  limit_descriptors(10);

  // In the middle of their heads: they are not at rest, and not to be closed for others.
  std::list<RawClient> many;
  for (int i = 0; i < 30; ++i)
    many.emplace_back(binary_->port()).send("GET /calculate HTTP/1.1\r\n");
  const std::string said = "no more clients are accepted for now: too many open descriptors";
  ASSERT_TRUE(eventually([&] { return count_of(binary_->log(), said) == 1; })) << binary_->log();
  many.clear();

  EXPECT_TRUE(eventually([&] {
    RawClient next(binary_->port());
    return next.ask(get("/calculate")).status == 200;
  }));
  EXPECT_TRUE(
      eventually([&] { return count_of(binary_->log(), "clients are accepted again") == 1; }));
  EXPECT_EQ(count_of(binary_->log(), said), 1u) << binary_->log();
}

// Our own trouble is not the targets'.
TEST_F(Exhaustion, NoTargetIsSuspendedForIt) {
  RawClient client(binary_->port());
  // Accepted, and without a link to a target.
  ASSERT_EQ(client.ask(get("/nowhere")).status, 404);
  ASSERT_TRUE(settles());
  limit_descriptors(0);

  const Response refused = client.ask(get("/calculate"));
  EXPECT_EQ(refused.status, 503) << refused.fault;
  EXPECT_TRUE(refused.field("Retry-After").has_value());

  EXPECT_EQ(count_of(binary_->log(), "suspended"), 0u) << binary_->log();
}

}  // namespace
}  // namespace gapura::test
