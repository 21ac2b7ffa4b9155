/// One connection to a target. Owned by the exchange that uses it, or by its target's slot while
/// idle. Worker thread only.
#pragma once

#include <cstdint>

#include "base/async/channel.h"
#include "base/async/deadline_wheel.h"
#include "base/clock.h"

namespace gapura::proxy {

struct TargetSlot;

struct Link {
  Link(DeadlineWheel& wheel, TargetSlot& its_slot) noexcept;
  ~Link();

  Channel channel;
  TargetSlot& slot;
  const std::uint32_t slot_moves;  ///< of the slot when this was made; another now: not kept
  TimePoint idle_since{};
  bool is_reused = false;

  // While idle: place in the slot's list, newest first.
  Link* next = nullptr;
  Link* previous = nullptr;
  Deadline idle_limit;
  bool is_idle = false;
};

}  // namespace gapura::proxy
