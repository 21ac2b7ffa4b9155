#include "conf/autoscale.h"

#include <algorithm>

#include "base/ascii.h"

namespace gapura::conf {

std::string_view to_string(ScalingMode mode) noexcept {
  switch (mode) {
    case ScalingMode::off: return "off";
    case ScalingMode::observe: return "observe";
    case ScalingMode::up_only: return "up_only";
    case ScalingMode::on: break;
  }
  return "on";
}

std::optional<ScalingMode> scaling_mode(std::string_view text) noexcept {
  if (iequals(text, "true")) return ScalingMode::on;
  if (iequals(text, "false")) return ScalingMode::off;
  if (iequals(text, "upOnly")) return ScalingMode::up_only;
  for (const ScalingMode known :
       {ScalingMode::off, ScalingMode::observe, ScalingMode::up_only, ScalingMode::on}) {
    if (iequals(text, to_string(known))) return known;
  }
  return std::nullopt;
}

bool is_own_name(std::string_view prefix, std::string_view name) noexcept {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return false;
  return std::ranges::all_of(name.substr(prefix.size()), [](char c) {
    return is_ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
  });
}

}  // namespace gapura::conf
