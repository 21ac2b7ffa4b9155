/// How long a test waits for something before it fails. The one place where test time limits come
/// from: timings are never asserted, only that things happen at all.
#pragma once

#include <chrono>
#include <thread>

namespace gapura::test {

/// GAPURA_TEST_DEADLINE_S seconds; 20 unless set, 60 under sanitizers.
std::chrono::milliseconds patience();

/// Asks `condition` again and again until it holds; false when patience() has run out.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + patience();
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace gapura::test
