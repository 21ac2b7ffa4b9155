/// The clock that every decision takes as an argument.
#pragma once

#include <chrono>

namespace gapura {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Milliseconds = std::chrono::milliseconds;

}  // namespace gapura
