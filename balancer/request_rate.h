/// How many requests a second a target is sent: from the count that TargetState has anyway, looked
/// at now and then, so that it costs a request nothing. Value.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace gapura::balancer {

class RequestRate {
 public:
  static constexpr Milliseconds kEvery{1'000};
  static constexpr std::size_t kLooks = 6;  ///< that are kept: of the last five seconds

  /// `requests`: ever, which is `now`. About every kEvery; sooner is too soon and does nothing. A
  /// count below the last one is that of a new life.
  void look(std::uint64_t requests, TimePoint now) noexcept {
    if (seen_ > 0 && requests < newest().requests) seen_ = 0;
    if (seen_ > 0 && now - newest().at < kEvery - kSlack) return;
    looks_[seen_ % kLooks] = {requests, now};
    ++seen_;
  }

  /// Over the looks that are kept; nothing before the second one.
  std::optional<double> per_second() const noexcept {
    if (seen_ < 2) return std::nullopt;
    const Look& oldest = looks_[seen_ < kLooks ? 0 : seen_ % kLooks];
    const std::chrono::duration<double> span = newest().at - oldest.at;
    return static_cast<double>(newest().requests - oldest.requests) / span.count();
  }

 private:
  struct Look {
    std::uint64_t requests = 0;
    TimePoint at{};
  };
  static constexpr Milliseconds kSlack{500};  ///< timers are late, and then the next is early
  const Look& newest() const noexcept { return looks_[(seen_ - 1) % kLooks]; }

  std::array<Look, kLooks> looks_{};
  std::size_t seen_ = 0;  ///< in this life
};

}  // namespace gapura::balancer
