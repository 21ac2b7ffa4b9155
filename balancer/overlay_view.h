/// What the overlay does to what the files say, entry by entry, for whoever wonders why what runs
/// is not what the files list. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "balancer/desired.h"
#include "balancer/overlay.h"
#include "base/clock.h"
#include "conf/dynamic_config.h"

namespace gapura::balancer {

/// One entry of the overlay: of a target, or of an address that a name stands for.
struct OverlayEffect {
  enum class Kind {
    adds,     ///< a target that no file lists
    changes,  ///< the weight or the URL of one that a file lists
    removes,  ///< one that a file lists
    drains,   ///< one that stays listed
    nothing,  ///< kept, but without effect as the files are now
  };
  std::string service, id;
  Kind kind = Kind::nothing;
  std::string entry;   ///< what the overlay says: "added", "removed" or "drained"
  std::string reason;  ///< one sentence
};
const char* to_string(OverlayEffect::Kind kind) noexcept;

/// An entry that ended because of what the files say now.
struct EndedEntry {
  std::string service, id;
  std::string entry;   ///< as above
  std::string reason;  ///< one sentence
  TimePoint at{};
};

struct OverlayView {
  std::vector<OverlayEffect> effects;  ///< by service, then added, removed, drained
  std::vector<EndedEntry> ended;       ///< since the start, the oldest first; at most kEndedMax
  static constexpr std::size_t kEndedMax = 100;
};

std::vector<OverlayEffect> effects_of(const Overlay& overlay, const conf::DynamicConfig& files,
                                      const Addresses& addresses);

/// What settle() took out of `before` on the way to `after`.
std::vector<EndedEntry> ended_between(const Overlay& before, const Overlay& after, TimePoint now);

}  // namespace gapura::balancer
