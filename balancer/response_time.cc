#include "balancer/response_time.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace gapura::balancer {
namespace {

std::uint32_t stamp_of(TimePoint time) noexcept {
  const auto since = std::chrono::duration_cast<Milliseconds>(time.time_since_epoch());
  return static_cast<std::uint32_t>(since.count());
}

struct Learnt {
  float estimate_s;
  std::uint32_t stamp_ms;
};

Learnt unpack(std::uint64_t packed) noexcept {
  return {std::bit_cast<float>(static_cast<std::uint32_t>(packed >> 32)),
          static_cast<std::uint32_t>(packed)};
}

std::uint64_t pack(Learnt learnt) noexcept {
  return std::uint64_t{std::bit_cast<std::uint32_t>(learnt.estimate_s)} << 32 | learnt.stamp_ms;
}

/// What is left of a past answer's say. A stamp that seems to lie ahead was made by another worker
/// a moment ago.
double say_left(std::uint32_t stamp_ms, TimePoint now) noexcept {
  const auto age_ms = static_cast<std::int32_t>(stamp_of(now) - stamp_ms);
  return age_ms <= 0 ? 1.0 : std::exp(-age_ms / (1'000 * ResponseTime::kMemory.count()));
}

}  // namespace

ResponseTime::Seconds ResponseTime::faded(std::uint64_t packed, TimePoint now) noexcept {
  const Learnt learnt = unpack(packed);
  if (learnt.estimate_s == 0) return Seconds(0);
  return Seconds(static_cast<double>(learnt.estimate_s) * say_left(learnt.stamp_ms, now));
}

ResponseTime::Seconds ResponseTime::estimate(TimePoint now) const noexcept {
  const Seconds known = faded(learnt_.load(std::memory_order_relaxed), now);
  const std::int64_t since = waiting_since_.load(std::memory_order_relaxed);
  if (since == 0) return known;
  const Seconds wait = Clock::duration(ticks(now) - since);
  return std::max(known, wait);
}

void ResponseTime::learn(Seconds took, TimePoint now, bool may_improve) noexcept {
  const Learnt before = unpack(learnt_.load(std::memory_order_relaxed));
  const double known = static_cast<double>(before.estimate_s);
  double next = std::max(took.count(), 1e-6);  // 0 would be "nothing is known"
  if (next < known) {
    const double say = say_left(before.stamp_ms, now);
    next = may_improve ? known * say + next * (1 - say) : known;
  }
  learnt_.store(pack({static_cast<float>(next), stamp_of(now)}), std::memory_order_relaxed);
  waiting_since_.store(0, std::memory_order_relaxed);
}

}  // namespace gapura::balancer
