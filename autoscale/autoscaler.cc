#include "autoscale/autoscaler.h"

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <utility>

#include "autoscale/service_scaler.h"

namespace gapura::autoscale {
namespace {

constexpr Milliseconds kTick{1'000};

}  // namespace

/// What ends after stop() finds nothing: timers hold it weakly.
struct Autoscaler::State : std::enable_shared_from_this<State> {
  State(boost::asio::io_context& loop_, balancer::Registry& registry_, Settings settings_)
      : loop(loop_), registry(registry_), settings(std::move(settings_)), timer(loop_) {}

  void look();
  void tick();
  void arm();
  /// Why `service`, which has no scaler, cannot be scaled.
  CommandFault unknown(const std::string& service) const;
  ServiceScaler* find(const std::string& service) const {
    const auto found = scalers.find(service);
    return found == scalers.end() ? nullptr : found->second.get();
  }

  boost::asio::io_context& loop;
  balancer::Registry& registry;
  const Settings settings;
  boost::asio::steady_timer timer;
  AlertTable alerts;
  std::map<std::string, std::shared_ptr<ServiceScaler>> scalers;
};

Autoscaler::Autoscaler(boost::asio::io_context& loop, balancer::Registry& registry,
                       Settings settings)
    : state_(std::make_shared<State>(loop, registry, std::move(settings))) {}

Autoscaler::~Autoscaler() {
  stop();
}

void Autoscaler::start() {
  state_->look();
  state_->arm();
}

void Autoscaler::stop() {
  state_->timer.cancel();
  for (auto& [name, scaler] : state_->scalers) scaler->stop();
  state_->scalers.clear();
}

void Autoscaler::look() {
  state_->look();
}

CommandFault Autoscaler::State::unknown(const std::string& service) const {
  if (!registry.service(service, Clock::now())) {
    return {.kind = CommandFault::Kind::no_such_service,
            .message = "there is no service '" + service + "'"};
  }
  return {.kind = CommandFault::Kind::not_autoscaled,
          .message = "service '" + service + "' has no autoscale in its configuration"};
}

void Autoscaler::State::look() {
  std::map<std::string, std::shared_ptr<ServiceScaler>> wanted;
  for (const balancer::ScaledService& service : registry.scaled_services()) {
    const auto known = scalers.find(service.name);
    if (known == scalers.end()) {
      wanted[service.name] = std::make_shared<ServiceScaler>(loop, registry, settings, service);
    } else {
      known->second->adopt(service);
      wanted[service.name] = known->second;
    }
  }
  for (auto& [name, scaler] : scalers) {
    if (!wanted.contains(name)) scaler->stop();
  }
  scalers = std::move(wanted);
}

void Autoscaler::State::arm() {
  timer.expires_after(kTick);
  timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!self || error) return;
    self->tick();
    self->arm();
  });
}

void Autoscaler::State::tick() {
  const TimePoint now = Clock::now();
  alerts.tick(now);
  // Changes of targets may lead back here.
  const auto all = scalers;
  for (const auto& [name, scaler] : all) scaler->tick(alerts, now);
}

AlertTable::Taken Autoscaler::take(const Alert& alert) {
  return state_->alerts.take(alert, Clock::now());
}

std::variant<Operation, CommandFault> Autoscaler::step(const std::string& service,
                                                       Direction direction) {
  ServiceScaler* scaler = state_->find(service);
  if (scaler != nullptr) return scaler->step(direction);
  if (!state_->scalers.empty()) return state_->unknown(service);
  return CommandFault{.kind = CommandFault::Kind::not_autoscaled,
                      .message = "no service is autoscaled"};
}

std::variant<Operation, CommandFault> Autoscaler::operation(const std::string& id) const {
  for (const auto& [name, scaler] : state_->scalers) {
    if (const Operation* found = scaler->operations().find(id)) return *found;
  }
  return CommandFault{.kind = CommandFault::Kind::no_such_operation,
                      .message = "there is no operation '" + id + "' (any more)"};
}

std::optional<CommandFault> Autoscaler::change(const std::string& service,
                                               const HandChange& change) {
  ServiceScaler* scaler = state_->find(service);
  if (scaler == nullptr) return state_->unknown(service);
  return scaler->change(change, Clock::now());
}

std::vector<std::string> Autoscaler::services() const {
  std::vector<std::string> names;
  for (const auto& [name, scaler] : state_->scalers) names.push_back(name);
  return names;
}

std::optional<ScalerView> Autoscaler::view(const std::string& service) const {
  const ServiceScaler* scaler = state_->find(service);
  if (scaler == nullptr) return std::nullopt;
  return scaler->view(Clock::now());
}

}  // namespace gapura::autoscale
