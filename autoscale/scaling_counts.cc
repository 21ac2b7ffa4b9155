#include "autoscale/scaling_counts.h"

#include <algorithm>
#include <iterator>

namespace gapura::autoscale {
namespace {

/// Vetoes name signals, targets and times: as labels there would be no end of them.
std::string limit_label(const std::string& limit) {
  constexpr std::string_view kWords[] = {"stabilisation", "cooldown",   "step", "max",
                                         "min",           "hourly cap", "mode"};
  const bool is_word = std::ranges::find(kWords, limit) != std::end(kWords);
  return is_word ? limit : "veto";
}

}  // namespace

std::string_view direction_of(std::uint32_t from, std::uint32_t to) noexcept {
  if (to == from) return "none";
  return to > from ? "up" : "down";
}

std::string_view outcome_of(const ProviderFault* fault) noexcept {
  if (fault == nullptr) return "ok";
  switch (fault->kind) {
    case ProviderFault::Kind::unreachable: return "unreachable";
    case ProviderFault::Kind::rate_limited: return "rate_limited";
    case ProviderFault::Kind::refused: return "refused";
    case ProviderFault::Kind::not_found: return "not_found";
  }
  return "";
}

std::string_view operation_of(Step::Kind kind) noexcept {
  switch (kind) {
    case Step::Kind::list: return "list";
    case Step::Kind::create: return "create";
    case Step::Kind::start: return "start";
    case Step::Kind::stop: return "stop";
    case Step::Kind::remove: return "remove";
    case Step::Kind::add_target:
    case Step::Kind::drain_target:
    case Step::Kind::undrain_target:
    case Step::Kind::forget_target: break;
  }
  return "";
}

void ScalingCounts::add(const Decision& decision, std::uint32_t done) {
  ++decisions[direction_of(decision.from, decision.to)];
  if (done != decision.from) ++changes[direction_of(decision.from, done)];
  for (const std::string& limit : decision.limits) ++held_back[limit_label(limit)];
}

}  // namespace gapura::autoscale
