/// How fast a size may change: windows, steps, cooldowns, caps. Each limit that held something back
/// is named in Decision::limits. Private to decide; pure.
#pragma once

#include "autoscale/decide/votes.h"

namespace gapura::autoscale {

/// Between which sizes the service is to be, whatever the votes say.
struct Bounds {
  std::uint32_t lower = 0, upper = 0;
};

/// The size to go to on the way up to `wanted`, which is above out.from. `is_urgent`: without
/// regard to window, step and cooldown; hard caps hold nevertheless.
std::uint32_t pace_up(const View& view, std::uint32_t wanted, bool is_urgent, Decision& out);

/// The same on the way down to `wanted`, which is below out.from.
std::uint32_t pace_down(const View& view, std::uint32_t wanted, bool is_urgent, Decision& out);

/// Why nothing may be removed now, whatever the load; empty: it may.
std::string removal_veto(const View& view, const Decision& out);

}  // namespace gapura::autoscale
