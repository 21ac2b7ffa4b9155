// Local processes through the violent end of who started them.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <gtest/gtest.h>
#include <random>

#include "autoscale/provider/process.h"
#include "tests/support/patience.h"
#include "tests/support/seed_folder.h"
#include "tests/support/sockets.h"
#include "tests/unit/autoscale/run.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;

conf::ProcessProvider sleepers(const std::string& mark) {
  conf::ProcessProvider out;
  out.command = {"/bin/sleep", "1000"};
  out.environment = {{"MARK", mark}};
  std::uint16_t port = 0;
  const test::Fd held = test::refused_port(port);
  out.first_port = port;
  out.last_port = static_cast<std::uint16_t>(std::min(port + 200, 65'535));
  return out;
}

/// A Gapura that makes processes until it is killed.
pid_t begin(const conf::ProcessProvider& settings, const std::filesystem::path& folder,
            const std::string& prefix) {
  std::fflush(nullptr);  // else the child would write it too
  const pid_t pid = fork();
  if (pid != 0) return pid;
  net::io_context loop;
  ProcessInstances provider(loop, settings, "p-", "calculate", folder);
  for (int i = 0; i < 8; ++i) run(loop, provider.create(prefix + std::to_string(i)));
  _exit(0);
}

TEST(ProcessProvider, LosesNoneWhenWeAreKilledAtAnyMoment) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const test::TemporaryFolder folder;
  const conf::ProcessProvider settings = sleepers(folder.path().string());
  for (int round = 0; round < 15; ++round) {
    const pid_t ours = begin(settings, folder.path(), "p-" + std::to_string(round) + "x");
    // Later and later, so that some have begun however slow the machine is.
    usleep(static_cast<useconds_t>(random() % (1'000U << std::min(round, 9))));
    kill(ours, SIGKILL);
    waitpid(ours, nullptr, 0);
  }
  net::io_context loop;
  ProcessInstances provider(loop, settings, "p-", "calculate", folder.path());
  int removed = 0;

  const bool is_clean = test::eventually([&] {
    const auto outcome = run(loop, provider.list());
    for (const Instance& one : std::get<std::vector<Instance>>(outcome)) {
      run(loop, provider.remove(one));
      ++removed;
    }
    return read_records(folder.path()).empty();
  });

  EXPECT_TRUE(is_clean);
  EXPECT_EQ(find_session_with("MARK=" + folder.path().string()), 0) << "one was forgotten";
  EXPECT_GT(removed, 0);
}

}  // namespace
}  // namespace gapura::autoscale
