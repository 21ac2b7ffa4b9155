/// The process's own log. Any thread; the writing is done by spdlog's thread, callers never wait.
#pragma once

#include <cstdint>
#include <fmt/core.h>
#include <string>
#include <string_view>
#include <utility>

namespace gapura::log {

struct Settings {
  std::string level = "info";     ///< trace, debug, info, warn, error, fatal, panic (any case)
  std::string format = "common";  ///< common or json
  std::string file_path;          ///< empty: standard output
};

/// Starts the log. Throws std::runtime_error when the file cannot be opened. Once, at start-up.
void start(const Settings& settings);
/// From here on, in the words of Settings::level. False, and nothing changes: no such word.
bool set_level(const std::string& name);
/// One of debug, info, warn, error, fatal, trace.
std::string level();
/// Opens the file again after a rotation (SIGUSR1). When that fails the old one stays in use, and
/// the log says so. No effect on standard output.
void reopen();
/// Writes out what is queued; what is logged later goes to standard output. At the end of main.
void stop();

enum class Level : std::uint8_t { debug, info, warn, error };

/// One line. The functions below format and call this; it is here so that spdlog stays out of every
/// file that logs.
void write(Level level, std::string_view message);
/// One line, written when this returns: for a process that ends at once, since what is queued
/// before it may never be written. Blocks as long as the log's file or stream does.
void write_now(Level level, std::string_view message);

template <class... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
  write(Level::debug, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
  write(Level::info, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> text, Args&&... args) {
  write(Level::warn, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> text, Args&&... args) {
  write(Level::error, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace gapura::log
