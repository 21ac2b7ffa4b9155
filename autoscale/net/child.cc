#include "autoscale/net/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <string_view>

#include "base/async/as_result.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;

/// What systemd tells us and nobody else (sd_notify(3), sd_listen_fds(3)).
bool is_ours_alone(std::string_view name) {
  constexpr std::string_view kAlone[] = {"NOTIFY_SOCKET",  "LISTEN_FDS",   "LISTEN_PID",
                                         "LISTEN_FDNAMES", "WATCHDOG_PID", "WATCHDOG_USEC"};
  return std::ranges::find(kAlone, name) != std::end(kAlone);
}

/// Ours, with `more` in place of what has the same name.
std::vector<std::string> environment_with(const std::map<std::string, std::string>& more) {
  std::vector<std::string> out;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view line(*one);
    const std::string_view name = line.substr(0, line.find('='));
    if (!is_ours_alone(name) && !more.contains(std::string(name))) out.emplace_back(line);
  }
  for (const auto& [name, value] : more) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// Descriptors of the new process: three, and no more. Those given may themselves be below 3, so
/// they are duplicated out of the way before one overwrites another.
class Files {
 public:
  explicit Files(const ChildSettings& settings) {
    posix_spawn_file_actions_init(&actions_);
    const int given[] = {settings.input, settings.output, settings.errors};
    for (int target = 0; target < 3; ++target) {
      if (given[target] >= 0) held_[target] = fcntl(given[target], F_DUPFD_CLOEXEC, 3);
    }
    for (int target = 0; target < 3; ++target) {
      if (held_[target] >= 0) {
        posix_spawn_file_actions_adddup2(&actions_, held_[target], target);
      } else {
        posix_spawn_file_actions_addopen(&actions_, target, "/dev/null",
                                         target == 0 ? O_RDONLY : O_WRONLY, 0);
      }
    }
    posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    if (!settings.folder.empty()) {
      posix_spawn_file_actions_addchdir_np(&actions_, settings.folder.c_str());
    }
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() {
    posix_spawn_file_actions_destroy(&actions_);
    for (const int one : held_) {
      if (one >= 0) close(one);
    }
  }
  const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
  int held_[3] = {-1, -1, -1};
};

/// No signal blocked or ignored, whatever is so here; a group or a session of its own.
class Attributes {
 public:
  explicit Attributes(bool is_session) {
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    const int group = is_session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
    posix_spawnattr_setflags(
        &attributes_, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const noexcept { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

ExitStatus status_of(const siginfo_t& ended) {
  ExitStatus status;
  (ended.si_code == CLD_EXITED ? status.code : status.signal) = ended.si_status;
  return status;
}

}  // namespace

std::string ExitStatus::shown() const {
  return signal != 0 ? "signal " + std::to_string(signal) : "exit code " + std::to_string(code);
}

Child::Started Child::start(const net::any_io_executor& loop, const ChildSettings& settings) {
  const Files files(settings);
  const Attributes attributes(settings.is_session);
  std::vector<std::string> command = settings.command;
  std::vector<std::string> environment = environment_with(settings.environment);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, command.front().c_str(), files.get(), attributes.get(),
                                 pointers_to(command).data(), pointers_to(environment).data());
  if (error != 0) return "cannot start " + command.front() + ": " + std::strerror(error);
  // Nobody else collects it, so the number is still the child's, even if it has ended already.
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (descriptor < 0) {
    const int why = errno;
    kill(-pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return "cannot watch " + command.front() + ": " + std::strerror(why);
  }
  return std::unique_ptr<Child>(new Child(loop, pid, descriptor));
}

Child::~Child() {
  if (!is_ours_ || collect()) return;
  signal(SIGKILL);
  waitpid(pid_, nullptr, 0);
}

net::awaitable<void> Child::ended() {
  constexpr auto kReadable = net::posix::stream_descriptor::wait_read;
  co_await process_.async_wait(kReadable, as_result);
}

std::optional<ExitStatus> Child::collect() {
  if (status_) return status_;
  siginfo_t ended{};
  constexpr int kLook = WEXITED | WNOHANG | WNOWAIT;
  const auto id = static_cast<id_t>(pid_);
  if (waitid(P_PID, id, &ended, kLook) != 0 || ended.si_pid != pid_) return std::nullopt;
  // Until it is collected, the group's number can be nobody else's.
  kill(-pid_, SIGKILL);
  waitid(P_PID, id, &ended, WEXITED);
  status_ = status_of(ended);
  return status_;
}

void Child::signal(int number) noexcept {
  if (!status_) kill(-pid_, number);
}

}  // namespace gapura::autoscale
