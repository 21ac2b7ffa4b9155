/// How many targets are wanted, and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace gapura::autoscale {

/// What one signal says.
struct Vote {
  std::string signal;           ///< "concurrency", "alerts", "cpu", a query's name …
  std::optional<double> value;  ///< as measured; nothing: no data
  double target = 0;            ///< what it is held against, in the same unit
  std::uint32_t size = 0;       ///< the size it asks for; without data the present one
  std::uint32_t fewest = 0;     ///< it agrees to removals down to this; may be above the present
  bool allows_fewer = false;    ///< it agrees to a removal
  std::string reason;           ///< "3.1 requests in flight at 0.7 x 1 a target need 5"
};

struct Decision {
  TimePoint at{};
  std::uint32_t from = 0;  ///< the size it began with: serving, suspended and booting
  std::uint32_t to = 0;    ///< wanted; the same: nothing is done
  std::string reason;      ///< one sentence, whatever `to` is
  std::vector<Vote> votes;
  std::uint32_t wanted = 0;  ///< what `to` would be if the mode let it; the same unless it does not
  std::uint32_t asked = 0;   ///< the largest vote, before any limit: what up_window looks at
  std::uint32_t fewest = 0;  ///< what all votes agree to, likewise: what down_window looks at
  /// What held the size that the votes wanted back: "stabilisation", "cooldown", "max", "mode" …
  std::vector<std::string> limits;
  bool is_change() const noexcept { return to != from; }
};

}  // namespace gapura::autoscale
