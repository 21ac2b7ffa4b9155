#include "autoscale/fleet/instance_name.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string_view>

namespace gapura::autoscale {
namespace {

/// The lowest `digits` times five bits.
std::string base32(std::uint64_t number, int digits) {
  constexpr std::string_view kDigits = "abcdefghijklmnopqrstuvwxyz234567";
  std::string out;
  for (int i = 0; i < digits; ++i, number >>= 5) out += kDigits[number & 31];
  std::ranges::reverse(out);
  return out;
}

}  // namespace

std::string new_instance_name(const std::string& prefix) {
  constexpr int kTimeDigits = 7;    // 2^35 s
  constexpr int kRandomDigits = 4;  // 2^20: two of one second are the same once in a million
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  std::random_device random;
  return prefix + base32(static_cast<std::uint64_t>(seconds), kTimeDigits) +
         base32(random(), kRandomDigits);
}

}  // namespace gapura::autoscale
