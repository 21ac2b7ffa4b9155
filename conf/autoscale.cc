#include "conf/autoscale.h"

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

}  // namespace gapura::conf
