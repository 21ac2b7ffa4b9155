#include "autoscale/operations.h"

#include <algorithm>
#include <utility>

namespace gapura::autoscale {

const Operation* Operations::running() const noexcept {
  const bool is_running = !all_.empty() && all_.front().state == Operation::State::running;
  return is_running ? &all_.front() : nullptr;
}

const Operation* Operations::find(const std::string& id) const noexcept {
  const auto found = std::ranges::find(all_, id, &Operation::id);
  return found == all_.end() ? nullptr : &*found;
}

Operation& Operations::begin(Operation operation) {
  if (all_.size() == kMost) all_.pop_back();
  return all_.emplace_front(std::move(operation));
}

void Operations::note(const Step& step) {
  if (running() == nullptr || !all_.front().instance.empty()) return;
  const bool goes_up = all_.front().direction == Direction::up;
  const bool adds = step.kind == Step::Kind::create || step.kind == Step::Kind::start ||
                    step.kind == Step::Kind::undrain_target;
  const bool removes = step.kind == Step::Kind::drain_target || step.kind == Step::Kind::remove;
  if (goes_up ? adds : removes) all_.front().instance = step.unit;
}

void Operations::give_up(const std::string& why) {
  if (running() == nullptr || !all_.front().instance.empty()) return;
  all_.front().state = Operation::State::failed;
  all_.front().message = "nothing could be begun: " + why;
}

void Operations::look(const Fleet& fleet) {
  if (running() == nullptr || all_.front().instance.empty()) return;
  Operation& operation = all_.front();
  const auto found = fleet.units().find(operation.instance);
  const bool exists = found != fleet.units().end();
  if (operation.direction == Direction::up) {
    if (!exists || found->second.is_leaving()) {
      operation.state = Operation::State::failed;
      operation.message =
          fleet.provider_fault().empty() ? "it never came to serve" : fleet.provider_fault();
    } else if (found->second.stage == Unit::Stage::serving) {
      operation.state = Operation::State::done;
      operation.message = operation.instance + " serves";
    }
    return;
  }
  if (!exists || found->second.stage == Unit::Stage::removed ||
      found->second.stage == Unit::Stage::stopped) {
    operation.state = Operation::State::done;
    operation.message = operation.instance + " has drained and is deleted";
  } else if (found->second.stage == Unit::Stage::serving) {
    operation.state = Operation::State::failed;
    operation.message = "it was wanted again while it drained";
  }
}

}  // namespace gapura::autoscale
