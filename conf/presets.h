/// Ready-made `provider.http` sections, compiled in from conf/presets/*.yaml. Immutable; any
/// thread.
#pragma once

#include <span>
#include <string_view>

namespace gapura::conf {

struct Preset {
  std::string_view name;  ///< "hetzner"
  std::string_view yaml;
};

/// In the order of their names.
std::span<const Preset> presets() noexcept;

}  // namespace gapura::conf
