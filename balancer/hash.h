/// Numbers that look random: from text, for choices that must be the same in every worker and after
/// every start, and in sequence, for what is left to chance. Not for secrets. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace gapura::balancer {

/// Every bit of the result depends on every bit of `x` (the finaliser of SplitMix64: Steele, Lea
/// and Flood, "Fast splittable pseudorandom number generators", 2014). A bijection.
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// FNV-1a of the bytes, mixed. The same on every machine.
constexpr std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return mix(hash);
}

/// SplitMix64. One thread.
class Chance {
 public:
  explicit constexpr Chance(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t next() noexcept { return mix(state_ += 0x9e3779b97f4a7c15U); }
  /// 0 to n - 1, each as likely as the others but for n / 2^64; n is not 0.
  constexpr std::uint64_t below(std::uint64_t n) noexcept {
    return static_cast<std::uint64_t>((Wide{next()} * n) >> 64);
  }

 private:
  __extension__ using Wide = unsigned __int128;
  std::uint64_t state_;
};

}  // namespace gapura::balancer
