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
  std::uint32_t in_flight_max = 0;              ///< Service::in_flight_max; 0: no limit
};

/// "Nobody can be picked."
inline constexpr std::size_t kNoPlace = static_cast<std::size_t>(-1);

/// How a worker's choices begin, so that workers do not move in step.
struct PickStart {
  std::uint32_t offset = 0;  ///< the worker's number
  std::uint64_t seed = 1;    ///< of what is left to chance
};

/// It has as many requests in flight as it may have.
inline bool is_full(const PickRequest& request, const TargetState& state) noexcept {
  return request.in_flight_max != 0 &&
         state.in_flight.load(std::memory_order_relaxed) >= request.in_flight_max;
}

inline bool is_tried(const PickRequest& request, const TargetState& state) noexcept {
  return std::ranges::find(request.tried, &state) != request.tried.end();
}

/// Not picked for this request, whatever else there is.
inline bool is_excluded(const PickRequest& request, const TargetState& state) noexcept {
  return is_full(request, state) || is_tried(request, state);
}

/// `picked` is what a strategy came to. True: better wait for a target that is only full, because
/// there is no other, or only a doubtful one. Without a limit it is never true. O(n), but only
/// when it may be true.
bool must_wait(const Service& service, const PickRequest& request, std::size_t picked) noexcept;

/// Picked only when nothing else is left: sending to a doubtful target beats refusing everybody.
inline bool is_suspended(const TargetState& state) noexcept {
  return state.is_suspended.load(std::memory_order_relaxed);
}

}  // namespace gapura::balancer
