#include "tests/support/fake_cloud.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace gapura::test {
namespace {

std::string first_line(const Fd& from) {
  std::string line;
  for (char c = 0; read(from.get(), &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

}  // namespace

void FakeCloud::start(const std::vector<std::string>& options) {
  std::vector<std::string> arguments{
      "python3", GAPURA_SOURCE_DIR "/tests/support/fake_idcloudhost.py", "--token", kToken};
  arguments.insert(arguments.end(), options.begin(), options.end());
  std::vector<char*> argv;
  for (std::string& one : arguments) argv.push_back(one.data());
  argv.push_back(nullptr);
  int input[2], output[2];
  ASSERT_EQ(pipe2(input, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(output, O_CLOEXEC), 0);
  const Fd their_input(input[0]), output_end(output[0]);
  input_ = Fd(input[1]);
  {
    const Fd their_output(output[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, their_input.get(), 0);
    posix_spawn_file_actions_adddup2(&actions, their_output.get(), 1);
    const int failed = posix_spawnp(&pid_, "python3", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ASSERT_EQ(failed, 0);
  }
  const std::string line = first_line(output_end);
  const std::string start = "listening on ";
  ASSERT_TRUE(line.starts_with(start)) << line;
  url_ = line.substr(start.size());
}

FakeCloud::~FakeCloud() {
  input_.close();
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

}  // namespace gapura::test
