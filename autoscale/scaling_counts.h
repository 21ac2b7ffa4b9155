/// What scaling a service has come to since it began: numbers that only grow. Value; control
/// thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "autoscale/decide/decision.h"
#include "autoscale/fleet/fleet.h"
#include "autoscale/provider/provider.h"

namespace gapura::autoscale {

/// "up", "down" or "none".
std::string_view direction_of(std::uint32_t from, std::uint32_t to) noexcept;
/// "ok", or the fault as the exec protocol calls it.
std::string_view outcome_of(const ProviderFault* fault) noexcept;
/// "create": of the steps that are calls of the provider.
std::string_view operation_of(Step::Kind kind) noexcept;

struct ScalingCounts {
  using Number = std::uint64_t;
  std::map<std::string_view, Number> decisions{{"up", 0}, {"down", 0}, {"none", 0}};
  std::map<std::string_view, Number> changes{{"up", 0}, {"down", 0}};
  /// By Decision::limits; whatever they explain in words of their own is "veto".
  std::map<std::string, Number> held_back{};
  std::map<std::pair<std::string_view, std::string_view>, Number> calls{};  ///< operation, outcome

  /// `done`: the size that was really begun.
  void add(const Decision& decision, std::uint32_t done);
  template <class T>
  void add_call(Step::Kind kind, const Outcome<T>& outcome) {
    ++calls[{operation_of(kind), outcome_of(std::get_if<ProviderFault>(&outcome))}];
  }
};

}  // namespace gapura::autoscale
