/// `mirroring`: the request goes to the service; some go to mirrors too. Which ones is counted,
/// not drawn: of 100 requests on a worker exactly as many as `percent` says, evenly spread. One
/// worker's; survives reloads.
#pragma once

#include <cstdint>
#include <vector>

#include "balancer/composite.h"

namespace gapura::balancer {

/// A mirror that a request is for.
struct MirrorWanted {
  ServiceSlot service{};
  bool with_body = true;
  std::uint64_t body_bytes_max = 0;
};

class MirrorTurns {
 public:
  /// With each snapshot, before choose().
  void adopt(const Mirroring& mirroring);
  /// Of the next request; adds to `out`.
  void choose(const Mirroring& mirroring, std::vector<MirrorWanted>& out);

 private:
  struct Entry {
    ServiceSlot service{};
    std::uint32_t due = 0;  ///< in hundredths of a request; below 100
  };
  std::vector<Entry> entries_;
};

}  // namespace gapura::balancer
