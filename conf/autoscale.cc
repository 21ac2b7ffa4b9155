#include "conf/autoscale.h"

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

}  // namespace gapura::conf
