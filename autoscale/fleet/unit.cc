#include "autoscale/fleet/unit.h"

#include <algorithm>

namespace gapura::autoscale {

std::string_view to_string(Unit::Stage stage) noexcept {
  switch (stage) {
    case Unit::Stage::creating: return "creating";
    case Unit::Stage::booting: return "booting";
    case Unit::Stage::serving: return "in service";
    case Unit::Stage::draining: return "draining";
    case Unit::Stage::removing: return "deleting";
    case Unit::Stage::removed: return "deleted";
    case Unit::Stage::stopping: return "stopping";
    case Unit::Stage::stopped: return "stopped";
    case Unit::Stage::starting: return "starting";
  }
  return "";
}

Milliseconds back_off(std::uint32_t faults, Milliseconds first, Milliseconds most) noexcept {
  constexpr std::uint32_t kDoublings = 20;
  const auto doublings = std::min(faults == 0 ? 0 : faults - 1, kDoublings);
  return std::min(first * (std::int64_t{1} << doublings), most);
}

}  // namespace gapura::autoscale
