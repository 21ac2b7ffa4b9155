#include "balancer/picker.h"

#include "base/check.h"

namespace gapura::balancer {

Picker::Strategy Picker::make(conf::StrategyKind kind, const PickStart& start) {
  switch (kind) {
    case conf::StrategyKind::wrr: break;
    case conf::StrategyKind::leastconn: return LeastConnections(start);
    case conf::StrategyKind::p2c: return TwoChoices(start);
    case conf::StrategyKind::leasttime: return LeastTime(start);
    case conf::StrategyKind::hrw: return Rendezvous(start);
    case conf::StrategyKind::random: return RandomChoice(start);
  }
  return RoundRobin(start);
}

void Picker::adopt(const Service& service) {
  if (service.strategy != kind_) {
    kind_ = service.strategy;
    strategy_ = make(kind_, start_);
  }
  adopted_ = service.targets.size();
  std::visit([&](auto& strategy) { strategy.adopt(service); }, strategy_);
}

std::size_t Picker::pick(const Service& service, const PickRequest& request) {
  check(service.targets.size() == adopted_, "pick() from a service that was not adopted");
  return std::visit([&](auto& strategy) { return strategy.pick(service, request); }, strategy_);
}

std::uint64_t Picker::examined() const noexcept {
  return std::visit([](const auto& strategy) { return strategy.examined(); }, strategy_);
}

}  // namespace gapura::balancer
