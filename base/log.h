/// The process's own log. Any thread; the writing is done by spdlog's thread, callers never wait.
#pragma once

#include <spdlog/spdlog.h>

#include <string>

namespace gapura::log {

struct Settings {
  std::string level = "info";    ///< trace, debug, info, warn, error, fatal, panic (any case)
  std::string format = "common"; ///< common or json
  std::string file_path;         ///< empty: standard output
};

/// Starts the log. Throws std::runtime_error when the file cannot be opened. Once, at start-up.
void start(const Settings& settings);
/// Opens the file again after a rotation (SIGUSR1). When that fails the old one stays in use, and
/// the log says so. No effect on standard output.
void reopen();
/// Writes out what is queued; what is logged later goes to standard output. Call at the end of main.
void stop();

using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;

}  // namespace gapura::log
