#include "metrics/service_load.h"

#include <algorithm>
#include <array>

namespace gapura::metrics {
namespace {

constexpr double kSecond = 1e6;  // microseconds

/// A status that a proxy gives when no target answered, or nobody wanted the answer any more. A
/// target's own 503 is left out with them: it says nothing of how long work takes.
bool is_answer(std::uint16_t status) noexcept {
  constexpr std::array<std::uint16_t, 4> kOwn{499, 502, 503, 504};
  return std::ranges::find(kOwn, status) == kOwn.end();
}

void add(const Series& series, std::size_t bounds, ServiceLoad& load) {
  load.requests += series.requests.get();
  if (!is_answer(series.key.code)) return;
  load.answered += series.requests.get();
  load.answered_s += static_cast<double>(series.duration_us.get()) / kSecond;
  load.durations.resize(bounds + 1);
  for (std::size_t i = 0; i < bounds; ++i) load.durations[i] += series.buckets[i].get();
  load.durations[bounds] += series.buckets[kBucketsMax].get();
}

}  // namespace

ServiceLoad load_of(std::span<const Shard* const> shards, ServiceSlot service) {
  ServiceLoad load;
  for (const Shard* shard : shards) {
    for (const Series* one = shard->series(); one != nullptr; one = one->next) {
      const bool is_its = one->key.scope == SeriesKey::Scope::service &&
                          one->key.slot == static_cast<std::uint32_t>(index(service)) &&
                          one->key.protocol == Protocol::http;
      if (is_its) add(*one, shard->bounds_s().size(), load);
    }
  }
  return load;
}

}  // namespace gapura::metrics
