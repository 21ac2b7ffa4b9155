/// What choosing a target costs, by strategy and number of targets, alone and beside another worker
/// that picks from the same ones. Only hrw, and leastconn up to its limit, look at all targets.
#include <array>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "balancer/picker.h"
#include "balancer/snapshot.h"

namespace gapura::balancer {
namespace {

/// A sliding window over it gives keys that differ.
const std::string kClients = [] {
  std::string out;
  for (int i = 0; i < 30; ++i) out += std::to_string(10'007 * i + 192) + ".";
  return out + out;
}();

Service make_service(conf::StrategyKind strategy, std::int64_t targets) {
  Service service;
  service.strategy = strategy;
  for (std::int64_t i = 0; i < targets; ++i) {
    const std::string id = "10.0.0." + std::to_string(i);
    TargetRef state(new TargetState(static_cast<TargetSlot>(i), ServiceSlot{}, "s", id, id));
    // Unequal, so that neither the turn nor the least is found by luck at the first place.
    const auto weight = static_cast<std::uint32_t>(1 + i % 7);
    state->in_flight.store(static_cast<std::uint32_t>(i % 3), std::memory_order_relaxed);
    service.targets.push_back({std::move(state), {}, id, weight});
  }
  return service;
}

constexpr int kLeases = 64;

/// Picks as a worker under load does: each takes a lease, the 64th before it ends. The answer comes
/// after a millisecond of a clock that goes on by 10 us a pick.
void pick(benchmark::State& state, conf::StrategyKind strategy) {
  static Service service;
  if (state.thread_index() == 0) service = make_service(strategy, state.range(0));
  std::array<TargetState*, kLeases> leases{};
  std::unique_ptr<Picker> picker;
  std::uint64_t sum = 0;
  std::uint64_t count = 0;
  TimePoint now(std::chrono::hours(1));
  for (auto _ : state) {
    if (picker == nullptr) {  // behind the barrier: the service is made
      state.PauseTiming();
      picker = std::make_unique<Picker>(
          PickStart{.offset = static_cast<std::uint32_t>(state.thread_index())});
      picker->adopt(service);
      state.ResumeTiming();
    }
    now += std::chrono::microseconds(10);
    const std::string_view key(kClients.data() + count % 200, 9);
    const std::size_t place = picker->pick(service, {.client_address = key, .now = now});
    sum += place;
    TargetState* next = service.targets[place].state.get();
    next->in_flight.fetch_add(1, std::memory_order_relaxed);
    TargetState*& ended = leases[count++ % kLeases];
    std::swap(ended, next);
    if (next == nullptr) continue;
    if (strategy == conf::StrategyKind::leasttime) {
      next->response_time.answered(std::chrono::milliseconds(1), now);
    }
    next->in_flight.fetch_sub(1, std::memory_order_relaxed);
  }
  for (TargetState* left : leases) {
    if (left != nullptr) left->in_flight.fetch_sub(1, std::memory_order_relaxed);
  }
  benchmark::DoNotOptimize(sum);
  if (picker != nullptr && count > 0) {
    state.counters["examined"] =
        benchmark::Counter(static_cast<double>(picker->examined()) / static_cast<double>(count),
                           benchmark::Counter::kAvgThreads);
  }
}

void pick_wrr(benchmark::State& state) {
  pick(state, conf::StrategyKind::wrr);
}
void pick_leastconn(benchmark::State& state) {
  pick(state, conf::StrategyKind::leastconn);
}
void pick_p2c(benchmark::State& state) {
  pick(state, conf::StrategyKind::p2c);
}
void pick_leasttime(benchmark::State& state) {
  pick(state, conf::StrategyKind::leasttime);
}
void pick_hrw(benchmark::State& state) {
  pick(state, conf::StrategyKind::hrw);
}
void pick_random(benchmark::State& state) {
  pick(state, conf::StrategyKind::random);
}

/// What each worker pays when a snapshot arrives in which one target's weight has changed.
void adopt_one_change(benchmark::State& state) {
  Service service = make_service(conf::StrategyKind::wrr, state.range(0));
  Picker picker({});
  picker.adopt(service);
  for (auto _ : state) {
    service.targets.front().weight ^= 2;
    picker.adopt(service);
  }
}

BENCHMARK(pick_wrr)->Arg(10)->Arg(1'000)->Arg(10'000)->ThreadRange(1, 2);
BENCHMARK(pick_leastconn)->Arg(10)->Arg(1'000)->Arg(10'000)->ThreadRange(1, 2);
BENCHMARK(pick_p2c)->Arg(10)->Arg(1'000)->Arg(10'000)->ThreadRange(1, 2);
BENCHMARK(pick_leasttime)->Arg(10)->Arg(1'000)->Arg(10'000)->ThreadRange(1, 2);
BENCHMARK(pick_hrw)->Arg(10)->Arg(1'000)->Arg(10'000)->ThreadRange(1, 2);
BENCHMARK(pick_random)->Arg(10)->Arg(1'000)->Arg(10'000)->ThreadRange(1, 2);
BENCHMARK(adopt_one_change)->Arg(10)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace gapura::balancer
