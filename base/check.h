/// Always-on assertions for what only a bug can cause. Never use them on input.
#pragma once

#include <source_location>

namespace gapura {

/// Prints `what` with its place to standard error and aborts.
[[noreturn]] void fail_check(const char* what, const std::source_location& where) noexcept;

/// Stops the process when `condition` is false. Any thread.
inline void check(bool condition, const char* what,
                  const std::source_location& where = std::source_location::current()) noexcept {
  if (!condition) [[unlikely]] fail_check(what, where);
}

}  // namespace gapura
