/// What the workers have counted of one service since the start, summed. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.h"
#include "metrics/shard.h"

namespace gapura::metrics {

struct ServiceLoad {
  std::uint64_t requests = 0;  ///< that ended, however
  std::uint64_t answered = 0;  ///< of these, by targets (not 499, 502, 503 and 504)
  double answered_s = 0;       ///< time that the answered ones took, waits in the queue included
  /// Answered requests by duration; `bounds_s` of the shard, and one without bound at the end.
  std::vector<std::uint64_t> durations;
};

/// `shards` is not empty. Empty `durations`: nothing was ever counted.
ServiceLoad load_of(std::span<const Shard* const> shards, ServiceSlot service);

}  // namespace gapura::metrics
