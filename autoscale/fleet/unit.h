/// One instance of ours, from the wish for it until the provider has it no more.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "autoscale/provider/provider.h"
#include "base/clock.h"

namespace gapura::autoscale {

struct Unit {
  enum class Stage {
    creating,  ///< asked for
    booting,   ///< the provider has it; it does not serve yet
    serving,   ///< its target may be picked, or is suspended
    draining,  ///< its target is on its way out
    removing,  ///< it is to be deleted
    removed,   ///< its deletion was accepted; until no list shows it
    stopping,  ///< into the warm pool
    stopped,   ///< in the warm pool
    starting,  ///< out of it
  };
  Instance instance{};
  Stage stage = Stage::creating;
  TimePoint since{};         ///< start of the stage
  TimePoint asked{};         ///< when it was asked for (or started, or found): boot time runs
  bool is_begun = false;     ///< a step about it is under way
  TimePoint not_before{};    ///< of its next step, after a fault
  std::uint32_t faults = 0;  ///< in a row
  std::string fault{};       ///< the last one; empty: none since
  std::uint32_t lists_without = 0;  ///< in a row
  bool is_measured = true;          ///< its boot time says something: it was asked for by us
  bool is_for_pool = false;         ///< to be stopped as soon as it is up
  std::string target{};             ///< its id while it is one

  bool is_booting() const noexcept {
    return stage == Stage::creating || stage == Stage::booting || stage == Stage::starting;
  }
  /// A list may be older than what we know: it has to be missing in two in a row.
  bool is_missing() const noexcept { return lists_without >= 2; }
  bool is_leaving() const noexcept {
    return stage == Stage::draining || stage == Stage::removing || stage == Stage::stopping;
  }
};

/// "in service": as people read it.
std::string_view to_string(Unit::Stage stage) noexcept;

/// How long to wait after `faults` in a row: from `first`, doubling, at most `most`.
Milliseconds back_off(std::uint32_t faults, Milliseconds first, Milliseconds most) noexcept;

}  // namespace gapura::autoscale
