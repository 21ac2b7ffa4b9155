/// What choosing a target looks at, and who may not be chosen: the same for every strategy.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "balancer/routing/request_view.h"
#include "balancer/snapshot.h"
#include "base/clock.h"

namespace gapura::balancer {

/// Views of one request and the moment of choosing; valid during the call.
struct PickRequest {
  std::span<const TargetState* const> tried{};  ///< never picked again
  routing::RequestView request{};               ///< for hrw's key and the sticky cookie
  std::string_view client_address{};            ///< "192.0.2.7"
  TimePoint now{};                              ///< for leasttime
};

/// "Nobody can be picked."
inline constexpr std::size_t kNoPlace = static_cast<std::size_t>(-1);

/// How a worker's choices begin, so that workers do not move in step.
struct PickStart {
  std::uint32_t offset = 0;  ///< the worker's number
  std::uint64_t seed = 1;    ///< of what is left to chance
};

/// Never picked for this request.
inline bool is_excluded(const PickRequest& request, const TargetState& state) noexcept {
  return std::ranges::find(request.tried, &state) != request.tried.end();
}

/// Picked only when nothing else is left: sending to a doubtful target beats refusing everybody.
inline bool is_suspended(const TargetState& state) noexcept {
  return state.is_suspended.load(std::memory_order_relaxed);
}

}  // namespace gapura::balancer
