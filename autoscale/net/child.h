/// A process that we start: no shell, nothing inherited but what is given, a process group of its
/// own. Never leaves a zombie. One thread; needs no SIGCHLD.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gapura::autoscale {

struct ChildSettings {
  std::vector<std::string> command;                ///< a program (looked for in PATH), arguments
  std::map<std::string, std::string> environment;  ///< beside ours, and before it
  std::filesystem::path folder;                    ///< where it runs; empty: where we do
  int input = -1, output = -1, errors = -1;        ///< descriptors; -1: /dev/null
  bool is_session = false;                         ///< a session of its own: it may outlive us
};

/// How a process ended.
struct ExitStatus {
  int code = 0;    ///< of an exit
  int signal = 0;  ///< that ended it; 0: it exited
  bool is_success() const noexcept { return code == 0 && signal == 0; }
  /// "exit code 3", "signal 9".
  std::string shown() const;
};

class Child {
 public:
  using Started = std::variant<std::unique_ptr<Child>, std::string>;
  /// One sentence when it cannot be started.
  static Started start(const boost::asio::any_io_executor& loop, const ChildSettings& settings);
  /// Kills the group and collects the child, unless it was let go.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const noexcept { return pid_; }
  /// Waits until it has ended; it is not collected yet.
  boost::asio::awaitable<void> ended();
  /// Collects it when it has ended, and kills what it has left behind in its group. Nothing: it
  /// runs.
  std::optional<ExitStatus> collect();
  /// To the whole group. Nothing happens once the child was collected.
  void signal(int number) noexcept;
  /// The child goes on without us.
  void let_go() noexcept { is_ours_ = false; }

 private:
  Child(const boost::asio::any_io_executor& loop, pid_t pid, int descriptor)
      : pid_(pid), process_(loop, descriptor) {}

  pid_t pid_;
  boost::asio::posix::stream_descriptor process_;  ///< a pidfd: readable once it has ended
  std::optional<ExitStatus> status_;
  bool is_ours_ = true;
};

}  // namespace gapura::autoscale
