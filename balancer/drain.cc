#include "balancer/drain.h"

#include <algorithm>

namespace gapura::balancer {

DrainLimits DrainLimits::of(const conf::ServiceConfig& service) noexcept {
  // To a worker 0 means "all of them", which is not what drainTimeout: 0 asks for.
  const Milliseconds stalled = std::max(service.drain_timeout, Milliseconds(1));
  return {stalled, std::max(stalled, service.drain_upgrade_timeout)};
}

bool Drain::is_done(const TargetState& state, Version adopted_by_all) const noexcept {
  // Relaxed is enough: the acknowledgements came after the last lease could be taken, so that an
  // old value can only be too high.
  return is_excluded(adopted_by_all) && state.in_flight.load(std::memory_order_relaxed) == 0;
}

Drain::Step Drain::step(const TargetState& state, const DrainLimits& usual, Version adopted_by_all,
                        TimePoint now) noexcept {
  if (is_done(state, adopted_by_all)) return Step::finish;
  if (!is_published()) return Step::wait;
  const DrainLimits limits{std::min(usual.stalled, limit_), std::min(usual.all, limit_)};
  const auto age = now - excluded_at_;
  if (is_excluded(adopted_by_all) && age >= limits.all + kCutGrace) return Step::give_up;
  const bool is_empty = state.in_flight.load(std::memory_order_relaxed) == 0;
  if (is_empty || age < limits.stalled || now < next_cut_) return Step::wait;
  next_cut_ = now + kCutPause;
  return age >= limits.all ? Step::cut_all : Step::cut_stalled;
}

}  // namespace gapura::balancer
