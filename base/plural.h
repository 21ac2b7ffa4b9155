/// Numbers of things in sentences for people. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gapura {

/// "1 error", "2 errors", "0 errors": for words whose plural only takes an s.
inline std::string counted(std::uint64_t number, std::string_view word) {
  std::string out = std::to_string(number) + " " + std::string(word);
  if (number != 1) out += 's';
  return out;
}

}  // namespace gapura
