/// What a hand sets: its own header, so that whoever reads it needs no sockets. Value.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "conf/autoscale.h"

namespace gapura::autoscale {

/// What is set by hand on top of the configuration; what is not named stays.
struct HandChange {
  std::optional<conf::ScalingMode> mode{};
  std::optional<bool> is_paused{};
  /// The size to hold, from min to max; the inner nothing lets the signals decide again.
  std::optional<std::optional<std::uint32_t>> size{};
  Milliseconds lasts{0};  ///< of `size`; 0: until it is withdrawn
};

}  // namespace gapura::autoscale
