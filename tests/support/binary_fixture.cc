#include "tests/support/binary_fixture.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>

#include "base/check.h"

extern char** environ;  // NOLINT: POSIX declares it nowhere

namespace gapura::test {
namespace {

/// The port at the end of the address that follows `words` in the log; 0 when it is not there yet.
std::uint16_t port_after(const std::string& log, const std::string& words) {
  const std::size_t at = log.find(words);
  if (at == std::string::npos) return 0;
  const std::size_t from = at + words.size();
  const std::size_t end = log.find_first_of(" \n;,", from);
  if (end == std::string::npos) return 0;
  const std::size_t colon = log.rfind(':', end);
  std::uint16_t port = 0;
  if (colon > from) std::from_chars(log.data() + colon + 1, log.data() + end, port);
  return port;
}

}  // namespace

BinaryFixture::BinaryFixture(std::string binary, const SeedFolder& folder,
                             const std::vector<std::string>& more_arguments)
    : log_file_((folder.path() / "gapura.out").string()) {
  std::vector<std::string> arguments{binary, "--configFile=" + folder.static_file().string()};
  arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log_file_.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  const int error = ::posix_spawn(&pid_, binary.c_str(), &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  check(error == 0, "the program under test cannot be started");

  std::uint16_t admin_port = 0;
  eventually([&] {
    const std::string text = log();
    port_ = port_after(text, "entry point web listens on ");
    admin_port = port_after(text, "admin API on http://");
    internal_port_ = port_after(text, "/metrics and /ping on http://");
    return (port_ != 0 && admin_port != 0 && internal_port_ != 0) || has_exited();
  });
  std::string token = read_file(folder.state_dir() / "admin-token");
  while (!token.empty() && token.back() == '\n') token.pop_back();
  admin_ = std::make_unique<AdminClient>(admin_port, token);
}

BinaryFixture::~BinaryFixture() {
  if (has_exited()) return;
  send(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string BinaryFixture::log() const { return read_file(log_file_); }

void BinaryFixture::send(int signal) const { ::kill(pid_, signal); }

bool BinaryFixture::has_exited() {
  if (exit_) return true;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

std::optional<int> BinaryFixture::wait() {
  eventually([this] { return has_exited(); });
  return exit_;
}

}  // namespace gapura::test
