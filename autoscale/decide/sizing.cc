#include "autoscale/decide/sizing.h"

#include <algorithm>
#include <cmath>

namespace gapura::autoscale {
namespace {

/// Sums of decimal fractions miss whole numbers by this much.
constexpr double kRounding = 1e-9;
constexpr double kSizeMax = 1e6;

std::uint32_t whole(double size) {
  return static_cast<std::uint32_t>(std::clamp(size, 0.0, kSizeMax));
}

}  // namespace

std::uint32_t size_for(double load, const Aim& aim, std::uint32_t present) {
  if (load <= aim.share * (1 + aim.tolerance) * present + kRounding) return present;
  return std::max(present, whole(std::ceil(load / aim.share - kRounding)));
}

std::uint32_t fewest_for(double load, const Aim& aim) {
  return 1 + whole(std::floor(load / aim.safe + kRounding));
}

std::uint32_t fewest_by_guard(double used, double up, double margin, std::uint32_t n) {
  return 1 + whole(std::floor(n * (used + margin) / up + kRounding));
}

std::uint32_t fewest_by_threshold(double used, double down, std::uint32_t n) {
  if (down <= 0) return n;
  return std::max(1U, whole(std::floor(n * used / down + kRounding)));
}

}  // namespace gapura::autoscale
