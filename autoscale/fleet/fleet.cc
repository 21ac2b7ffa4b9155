// How steps ended, and what the provider lists.
#include "autoscale/fleet/fleet.h"

#include <algorithm>
#include <utility>

namespace gapura::autoscale {
namespace {

constexpr Milliseconds kFirstPause{2'000};
constexpr Milliseconds kLongestPause{300'000};
constexpr Milliseconds kLongestListPause{60'000};
constexpr Milliseconds kFirstCreatePause{10'000};
constexpr Milliseconds kLongestCreatePause{600'000};
/// For so long what was asked for may not be listed yet, though it was or will be made.
constexpr Milliseconds kAppearMax{180'000};

}  // namespace

void Fleet::enter(Unit& unit, Unit::Stage stage, TimePoint now) {
  unit.stage = stage;
  unit.since = now;
  unit.lists_without = 0;
}

void Fleet::forget(const std::string& unit, const std::string& message) {
  news_.push_back({.kind = News::Kind::gone, .unit = unit, .message = message});
  units_.erase(unit);
}

void Fleet::note_fault(Unit* unit, const ProviderFault& fault, TimePoint now) {
  // Said once, not at every retry.
  if (provider_fault_ != fault.message) {
    news_.push_back({.kind = News::Kind::fault,
                     .unit = unit == nullptr ? std::string() : unit->instance.name,
                     .message = fault.message});
  }
  provider_fault_ = fault.message;
  if (unit == nullptr) return;
  unit->fault = fault.message;
  ++unit->faults;
  const Milliseconds pause = back_off(unit->faults, kFirstPause, kLongestPause);
  unit->not_before = now + std::max(pause, fault.retry_after.value_or(Milliseconds(0)));
}

void Fleet::pause_creating(TimePoint now) {
  ++creates_failed_;
  create_due_ = now + back_off(creates_failed_, kFirstCreatePause, kLongestCreatePause);
}

void Fleet::adopt(const Instance& instance, TimePoint now) {
  Unit unit;
  unit.instance = instance;
  unit.asked = now;
  unit.is_measured = false;
  const bool is_stopped = instance.state == Instance::State::stopped;
  enter(unit, is_stopped ? Unit::Stage::stopped : Unit::Stage::booting, now);
  units_.emplace(instance.name, std::move(unit));
}

void Fleet::listed(Outcome<std::vector<Instance>> outcome, TimePoint now) {
  is_listing_ = false;
  if (const auto* fault = std::get_if<ProviderFault>(&outcome)) {
    is_list_good_ = false;
    ++lists_failed_;
    note_fault(nullptr, *fault, now);
    const Milliseconds pause = back_off(lists_failed_, kFirstPause, kLongestListPause);
    list_due_ = now + std::max(pause, fault->retry_after.value_or(Milliseconds(0)));
    return;
  }
  is_list_good_ = true;
  lists_failed_ = 0;
  listed_at_ = now;
  provider_fault_.clear();
  for (auto& [name, unit] : units_) ++unit.lists_without;
  for (const Instance& instance : std::get<std::vector<Instance>>(outcome)) {
    const auto found = units_.find(instance.name);
    if (found == units_.end()) {
      adopt(instance, now);
      continue;
    }
    Unit& unit = found->second;
    unit.lists_without = 0;
    unit.instance = instance;
    // Its creation was answered by nobody, or has not been answered yet.
    if (unit.stage == Unit::Stage::creating && !unit.is_begun) {
      enter(unit, Unit::Stage::booting, now);
    }
  }
  std::vector<std::string> ended;
  for (const auto& [name, unit] : units_) {
    const bool is_nowhere = unit.target.empty() && !unit.is_begun;
    const bool is_gone = unit.stage == Unit::Stage::removed && unit.lists_without > 0;
    // What the provider said it made is deleted by its id when its time to boot is over.
    const bool may_appear = unit.is_measured && unit.is_booting() &&
                            (!unit.instance.id.empty() || now - unit.asked < kAppearMax);
    const bool never_was = (unit.is_booting() || unit.stage == Unit::Stage::stopped) &&
                           unit.is_missing() && !may_appear;
    if (is_nowhere && (is_gone || never_was)) ended.push_back(name);
  }
  for (const std::string& name : ended) {
    const Unit& unit = units_.at(name);
    if (unit.is_booting()) pause_creating(now);
    const bool was_removed = unit.stage == Unit::Stage::removed;
    forget(name, was_removed ? "deleted" : "the provider does not list it (any more)");
  }
}

void Fleet::created(const std::string& name, Outcome<Instance> outcome, TimePoint now) {
  const auto found = units_.find(name);
  if (found == units_.end()) return;
  Unit& unit = found->second;
  unit.is_begun = false;
  list_due_ = now;
  if (auto* instance = std::get_if<Instance>(&outcome)) {
    unit.instance = std::move(*instance);
    unit.instance.name = name;
    unit.fault.clear();
    enter(unit, Unit::Stage::booting, now);
    news_.push_back({.kind = News::Kind::created, .unit = name, .message = "created"});
    return;
  }
  const ProviderFault& fault = std::get<ProviderFault>(outcome);
  note_fault(&unit, fault, now);
  pause_creating(now);
  create_due_ = std::max(create_due_, unit.not_before);
  // Nobody knows whether it was made: the next lists say it. In all other cases it was not.
  if (fault.kind != ProviderFault::Kind::unreachable) units_.erase(found);
}

void Fleet::done(const Step& step, const Outcome<Done>& outcome, TimePoint now) {
  const auto found = units_.find(step.unit);
  if (found == units_.end()) return;
  Unit& unit = found->second;
  unit.is_begun = false;
  const auto* fault = std::get_if<ProviderFault>(&outcome);
  const bool was_gone = fault != nullptr && fault->kind == ProviderFault::Kind::not_found;
  if (fault != nullptr && !was_gone) {
    if (step.kind == Step::Kind::start) enter(unit, Unit::Stage::stopped, now);
    return note_fault(&unit, *fault, now);
  }
  unit.fault.clear();
  unit.faults = 0;
  list_due_ = now;
  switch (step.kind) {
    case Step::Kind::remove: return enter(unit, Unit::Stage::removed, now);
    case Step::Kind::stop:
      return enter(unit, was_gone ? Unit::Stage::removed : Unit::Stage::stopped, now);
    case Step::Kind::start:
      return enter(unit, was_gone ? Unit::Stage::removed : Unit::Stage::booting, now);
    default: return;
  }
}

void Fleet::changed(const Step& step, const std::string& fault, TimePoint now) {
  const auto found = units_.find(step.unit);
  if (found == units_.end()) return;
  Unit& unit = found->second;
  unit.is_begun = false;
  unit.fault = fault;
  // What was not changed is seen as it is in the next round, and tried again.
  if (fault.empty()) {
    unit.faults = 0;
  } else {
    unit.not_before = now + back_off(++unit.faults, kFirstPause, kLongestPause);
  }
}

Fleet::Count Fleet::count() const noexcept {
  Count count;
  for (const auto& [name, unit] : units_) {
    if (unit.is_booting() && !unit.is_for_pool) ++count.booting;
    if (unit.stage == Unit::Stage::serving) ++count.serving;
    if (unit.is_leaving()) ++count.leaving;
  }
  return count;
}

std::vector<Fleet::News> Fleet::take_news() {
  return std::exchange(news_, {});
}

}  // namespace gapura::autoscale
