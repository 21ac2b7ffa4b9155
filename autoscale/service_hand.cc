// What people and hooks ask of a service's scaling, and how it is shown to them.
#include <utility>

#include "autoscale/service_scaler.h"
#include "base/plural.h"

namespace gapura::autoscale {

std::variant<Operation, CommandFault> ServiceScaler::step(Direction direction) {
  const auto fault = [](CommandFault::Kind kind, std::string message) {
    return CommandFault{.kind = kind, .message = std::move(message)};
  };
  const conf::Autoscale policy = policy_now();
  const bool goes_up = direction == Direction::up;
  if (!provider_) {
    return fault(CommandFault::Kind::not_autoscaled,
                 "service '" + name_ + "' has no provider" +
                     (provider_fault_.empty() ? std::string() : ": " + provider_fault_));
  }
  const bool may = policy.mode == conf::ScalingMode::on ||
                   (goes_up && policy.mode == conf::ScalingMode::up_only);
  if (!may || is_paused_) {
    return fault(CommandFault::Kind::not_autoscaled,
                 "scaling of service '" + name_ + "' is " +
                     (is_paused_ ? "paused" : std::string(to_string(policy.mode))));
  }
  if (operations_.running() != nullptr || step_to_) {
    return fault(CommandFault::Kind::busy,
                 "service '" + name_ + "' is being scaled already; ask again when that has ended");
  }
  // As it is now: the last tick may be none, or another step ago.
  const auto service = registry_.service(name_, Clock::now());
  const Sample seen = service ? count_targets(*service, unborn()) : last_sample_;
  const std::uint32_t from = seen.serving + seen.suspended + seen.booting;
  if (goes_up ? from >= policy.max : from <= policy.min) {
    return fault(CommandFault::Kind::at_limit,
                 "service '" + name_ + "' has " + counted(from, "target") + ", its " +
                     (goes_up ? "max is " : "min is ") +
                     std::to_string(goes_up ? policy.max : policy.min));
  }
  step_to_ = goes_up ? from + 1 : from - 1;
  const std::string id = name_ + "-" + std::to_string(next_operation_++);
  return operations_.begin(
      {.id = id,
       .service = name_,
       .direction = direction,
       .from = from,
       .to = *step_to_,
       .message = goes_up ? "one more was asked for" : "one less was asked for"});
}

std::optional<CommandFault> ServiceScaler::change(const HandChange& change, TimePoint now) {
  const std::optional<std::uint32_t> size = change.size.value_or(std::nullopt);
  if (size && (*size > policy_.max || *size < policy_.min)) {
    return CommandFault{.kind = CommandFault::Kind::at_limit,
                        .message = "the size must be from min to max, " +
                                   std::to_string(policy_.min) + " to " +
                                   std::to_string(policy_.max) + ", not " + std::to_string(*size)};
  }
  if (change.mode && !policy_.fault.empty()) {
    return CommandFault{
        .kind = CommandFault::Kind::at_limit,
        .message = "scaling of service '" + name_ +
                   "' is off because of a mistake in its configuration: " + policy_.fault};
  }
  if (change.mode) mode_ = change.mode;
  if (change.is_paused) is_paused_ = *change.is_paused;
  if (change.size) {
    override_size_ = size;
    override_until_ = size && change.lasts.count() != 0 ? now + change.lasts : TimePoint::max();
  }
  return std::nullopt;
}

ScalerView ServiceScaler::view(TimePoint now) const {
  ScalerView view{.service = name_,
                  .policy = policy_,
                  .mode = policy_now().mode,
                  .override_size = override_size_,
                  .is_paused = is_paused_,
                  .sample = last_sample_,
                  .decision = last_decision_,
                  .changes = changes_,
                  .counts = counts_,
                  .boot_time = history_.boot_time(),
                  .provider_fault = provider_fault_};
  if (override_until_ != TimePoint::max()) {
    view.override_left = std::chrono::duration_cast<Milliseconds>(override_until_ - now);
  }
  if (const auto& last = history_.last_action()) view.last_change = last->at;
  if (view.provider_fault.empty()) view.provider_fault = fleet_.provider_fault();
  for (const auto& [name, unit] : fleet_.units()) {
    view.instances.push_back({.instance = unit.instance,
                              .phase = std::string(to_string(unit.stage)),
                              .target = unit.target,
                              .fault = unit.fault});
  }
  return view;
}

}  // namespace gapura::autoscale
