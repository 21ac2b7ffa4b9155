/// Services made by hand, to pick from.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "balancer/picker.h"

namespace gapura::balancer {

using conf::StrategyKind;

inline constexpr std::array kAllStrategies = {StrategyKind::wrr, StrategyKind::leastconn,
                                              StrategyKind::p2c, StrategyKind::leasttime,
                                              StrategyKind::hrw, StrategyKind::random};

inline TargetRef make_state(std::size_t slot) {
  const std::string id = "t" + std::to_string(slot);
  return TargetRef(new TargetState(static_cast<TargetSlot>(slot), ServiceSlot{}, "s", id, id));
}

/// Targets t0, t1, … with these weights.
inline Service make_service(const std::vector<std::uint32_t>& weights,
                            StrategyKind strategy = StrategyKind::wrr) {
  Service service;
  service.strategy = strategy;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    service.targets.push_back({make_state(i), {}, {}, weights[i]});
  }
  return service;
}

inline std::vector<std::size_t> picks(Picker& picker, const Service& service, std::size_t count) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(picker.pick(service, {}));
  return out;
}

inline std::vector<std::uint32_t> counts(const std::vector<std::size_t>& picked,
                                         std::size_t targets) {
  std::vector<std::uint32_t> out(targets);
  for (const std::size_t place : picked) ++out.at(place);
  return out;
}

/// GAPURA_SEED, or `otherwise`.
inline unsigned seed_or(unsigned otherwise) {
  const char* given = std::getenv("GAPURA_SEED");
  return given != nullptr ? static_cast<unsigned>(std::atoi(given)) : otherwise;
}

}  // namespace gapura::balancer
