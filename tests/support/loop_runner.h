/// Runs a loop of the data plane on the test's own thread until something has happened.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "base/async/loop.h"
#include "tests/support/patience.h"

namespace gapura::test {

/// False when patience() has run out before `condition` held.
template <class Condition>
bool run_until(Loop& loop, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + patience();
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    if (loop.context().stopped()) loop.context().restart();
    loop.context().run_one_for(std::chrono::milliseconds(20));
  }
  return true;
}

/// Handles what is ready now, without waiting for anything.
inline void run_ready(Loop& loop) {
  if (loop.context().stopped()) loop.context().restart();
  loop.context().poll();
}

}  // namespace gapura::test
