/// A command run to its end: text in, text out. The loop's thread; nothing blocks it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "autoscale/net/child.h"
#include "base/clock.h"

namespace gapura::autoscale {

struct CommandRun {
  std::vector<std::string> command;  ///< a program and its arguments; there is no shell
  std::map<std::string, std::string> environment;
  std::filesystem::path folder;
  std::string input;
  Milliseconds timeout{60'000};    ///< then SIGTERM
  Milliseconds kill_after{5'000};  ///< from SIGTERM to SIGKILL
  std::size_t output_max = 4 << 20;
  std::size_t errors_max = 64 << 10;
};

struct CommandResult {
  ExitStatus status;
  bool was_too_slow = false;
  bool was_too_much = false;  ///< it wrote more than `output_max`; `output` is the beginning
  std::string output;         ///< standard output
  std::string errors;         ///< the beginning of standard error
  /// The last line of `errors` that says something; empty: none does.
  std::string last_error() const;
};

/// How it ended, or one sentence that says why it never began. When the command ends, what is left
/// of its process group is killed. Destroying the coroutine kills all of it.
boost::asio::awaitable<std::variant<CommandResult, std::string>> run_command(CommandRun run);

}  // namespace gapura::autoscale
