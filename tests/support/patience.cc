#include "tests/support/patience.h"

#include <cstdlib>

namespace gapura::test {

std::chrono::milliseconds patience() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr long kDefaultSeconds = 60;
#else
  constexpr long kDefaultSeconds = 20;
#endif
  static const long seconds = [] {
    const char* set = std::getenv("GAPURA_TEST_DEADLINE_S");
    const long asked = set == nullptr ? 0 : std::atol(set);
    return asked > 0 ? asked : kDefaultSeconds;
  }();
  return std::chrono::seconds(seconds);
}

}  // namespace gapura::test
