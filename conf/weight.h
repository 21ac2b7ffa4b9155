/// Weights, of servers and of services among weighted ones: from 1. Constants; any thread.
#pragma once

#include <cstdint>

namespace gapura::conf {

inline constexpr std::int64_t kWeightMax = 1'000'000;

}  // namespace gapura::conf
