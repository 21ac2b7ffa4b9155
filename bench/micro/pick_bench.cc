/// What choosing a target costs, by strategy and number of targets. wrr should not grow with the
/// targets; leastconn scans exactly up to some hundreds.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "balancer/picker.h"
#include "balancer/snapshot.h"

namespace gapura::balancer {
namespace {

Service make_service(conf::StrategyKind strategy, std::int64_t targets) {
  Service service;
  service.strategy = strategy;
  for (std::int64_t i = 0; i < targets; ++i) {
    const std::string id = "10.0.0." + std::to_string(i);
    TargetRef state(new TargetState(static_cast<TargetSlot>(i), ServiceSlot{}, "s", id, id));
    // Unequal, so that neither the turn nor the least is found by luck at the first place.
    const auto weight = static_cast<std::uint32_t>(1 + i % 7);
    state->in_flight.store(static_cast<std::uint32_t>(targets - i), std::memory_order_relaxed);
    service.targets.push_back({std::move(state), {}, id, weight});
  }
  return service;
}

/// Picks and takes the target for a moment, as a short request does.
void pick(benchmark::State& state, conf::StrategyKind strategy) {
  const Service service = make_service(strategy, state.range(0));
  Picker picker(0);
  picker.adopt(service);
  std::uint64_t sum = 0;
  for (auto _ : state) {
    const std::size_t place = picker.pick(service, {});
    if (place == Picker::npos) {
      state.SkipWithError("nothing was picked");
      break;
    }
    sum += place;
    service.targets[place].state->in_flight.fetch_add(1, std::memory_order_relaxed);
    service.targets[place].state->in_flight.fetch_sub(1, std::memory_order_relaxed);
  }
  benchmark::DoNotOptimize(sum);
  state.SetLabel("sum of places " + std::to_string(sum));
}

void pick_wrr(benchmark::State& state) { pick(state, conf::StrategyKind::wrr); }
void pick_leastconn(benchmark::State& state) { pick(state, conf::StrategyKind::leastconn); }

/// What each worker pays when a snapshot arrives in which one target's weight has changed.
void adopt_one_change(benchmark::State& state) {
  Service service = make_service(conf::StrategyKind::wrr, state.range(0));
  Picker picker(0);
  picker.adopt(service);
  for (auto _ : state) {
    service.targets.front().weight ^= 2;
    picker.adopt(service);
  }
}

BENCHMARK(pick_wrr)->Arg(10)->Arg(1'000)->Arg(10'000);
BENCHMARK(pick_leastconn)->Arg(10)->Arg(1'000)->Arg(10'000);
BENCHMARK(adopt_one_change)->Arg(10)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace gapura::balancer
