/// How slow a client may be. Pure.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace gapura::proxy {

/// Whether `moved` bytes are enough for a window of so long, at `rate_min` bytes a second: one at
/// least, so that nobody holds a connection by standing still (a slow-loris would, for a byte a
/// minute).
constexpr bool is_enough(std::uint64_t moved, Milliseconds window,
                         std::uint64_t rate_min) noexcept {
  return moved != 0 && moved * 1'000 >= rate_min * static_cast<std::uint64_t>(window.count());
}

}  // namespace gapura::proxy
