/// Choosing a target. One Picker per worker and service: it keeps the worker's position, which
/// survives reloads because it is kept by target, not by place in a list. One thread, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "balancer/snapshot.h"

namespace gapura::balancer {

class Picker {
 public:
  /// `offset` (the worker's number) lets workers start at different targets.
  explicit Picker(std::uint32_t offset) noexcept : offset_(offset) {}

  /// Takes note of the service's targets; positions of those already known are kept. Call when a
  /// snapshot is adopted, before pick().
  void adopt(const Service& service);

  /// Index into service.targets, or `npos`. Targets in `tried` are never picked; suspended ones only
  /// when nothing else is left (sending to a doubtful target beats refusing everybody).
  std::size_t pick(const Service& service, std::span<const TargetState* const> tried);
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

 private:
  std::uint32_t offset_;
  // The implementer chooses the rest (per target: its next turn, by slot; see picker.cc).
};

}  // namespace gapura::balancer
