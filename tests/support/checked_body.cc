#include "tests/support/checked_body.h"

#include <algorithm>
#include <cstring>

namespace gapura::test {
namespace {

/// splitmix64: the word at place `index` of the text of `seed`.
std::uint64_t word(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t mixed = (seed + index) * 0x9E3779B97F4A7C15ULL;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31);
}

}  // namespace

std::string pattern(std::uint64_t seed, std::uint64_t offset, std::size_t bytes) {
  std::string out(bytes, '\0');
  std::size_t at = 0;
  while (at < bytes) {
    const std::uint64_t value = word(seed, (offset + at) / 8);
    const std::size_t skip = (offset + at) % 8;
    const std::size_t size = std::min<std::size_t>(8 - skip, bytes - at);
    std::memcpy(out.data() + at, reinterpret_cast<const char*>(&value) + skip, size);
    at += size;
  }
  return out;
}

Checksum checksum_of_pattern(std::uint64_t seed, std::uint64_t bytes) {
  Checksum sum;
  constexpr std::size_t kBlock = 65'536;
  for (std::uint64_t at = 0; at < bytes; at += kBlock) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, bytes - at));
    sum.add(pattern(seed, at, size));
  }
  return sum;
}

Checksum checksum_of(std::string_view text) {
  Checksum sum;
  sum.add(text);
  return sum;
}

}  // namespace gapura::test
