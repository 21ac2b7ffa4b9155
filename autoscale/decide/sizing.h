/// From a load to a size: the two directions have thresholds of their own. Pure; any thread.
#pragma once

#include <cstdint>

namespace gapura::autoscale {

/// How a load that is shared evenly by the targets is sized.
struct Aim {
  double share = 1;      ///< of a target's capacity, that it is to have
  double tolerance = 0;  ///< of `share`, above which more are wanted
  double safe = 1;       ///< of a target's capacity, below which a removal must leave it
};

/// The size that brings `load` (in targets' capacities) to the aim, or `present` within tolerance.
std::uint32_t size_for(double load, const Aim& aim, std::uint32_t present);
/// The fewest that leave each target below the safe share: 1 at least.
std::uint32_t fewest_for(double load, const Aim& aim);

/// The flap guard of utilisations: removing k of n moves u to u n / (n - k), so that it is safe
/// while u < D(n, k) = up (n - k) / n - margin. The fewest for which that holds: 1 at least.
std::uint32_t fewest_by_guard(double used, double up, double margin, std::uint32_t n);
/// With a threshold of its own: one more than these would be below `down`.
std::uint32_t fewest_by_threshold(double used, double down, std::uint32_t n);

}  // namespace gapura::autoscale
