/// What the workers have counted of one service since the start, summed. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
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
/// Of all services that were ever counted, in one pass.
std::map<ServiceSlot, ServiceLoad> loads_of(std::span<const Shard* const> shards);

/// The time in seconds that a share `q` (0 to 1) of these durations did not exceed, taken as spread
/// evenly in each bucket, as Prometheus' histogram_quantile() does; the highest bound where it lies
/// above that. `durations` as in ServiceLoad. Nothing: there are none.
std::optional<double> quantile_s(std::span<const std::uint64_t> durations,
                                 std::span<const double> bounds_s, double q);

}  // namespace gapura::metrics
