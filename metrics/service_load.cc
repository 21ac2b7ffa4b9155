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

/// Upgrades and event streams last as long as people stay: no load is measured by them.
bool is_counted(const Series& series) noexcept {
  return series.key.scope == SeriesKey::Scope::service && series.key.protocol == Protocol::http;
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

std::map<ServiceSlot, ServiceLoad> loads_of(std::span<const Shard* const> shards) {
  std::map<ServiceSlot, ServiceLoad> loads;
  for (const Shard* shard : shards) {
    for (const Series* one = shard->series(); one != nullptr; one = one->next) {
      if (is_counted(*one)) add(*one, shard->bounds_s().size(), loads[ServiceSlot{one->key.slot}]);
    }
  }
  return loads;
}

std::optional<double> quantile_s(std::span<const std::uint64_t> durations,
                                 std::span<const double> bounds_s, double q) {
  std::uint64_t all = 0;
  for (const std::uint64_t count : durations) all += count;
  if (all == 0) return std::nullopt;
  double rank = q * static_cast<double>(all);
  double below_s = 0;
  for (std::size_t i = 0; i < bounds_s.size(); ++i) {
    const auto count = static_cast<double>(durations[i]);
    if (count > 0 && rank <= count) return below_s + (bounds_s[i] - below_s) * rank / count;
    rank -= count;
    below_s = bounds_s[i];
  }
  return below_s;
}

ServiceLoad load_of(std::span<const Shard* const> shards, ServiceSlot service) {
  ServiceLoad load;
  for (const Shard* shard : shards) {
    for (const Series* one = shard->series(); one != nullptr; one = one->next) {
      const bool is_its = one->key.slot == static_cast<std::uint32_t>(index(service));
      if (is_its && is_counted(*one)) add(*one, shard->bounds_s().size(), load);
    }
  }
  return load;
}

}  // namespace gapura::metrics
