#include "tests/support/fleet_world.h"

#include <algorithm>
#include <utility>

namespace gapura::autoscale {

using balancer::Phase;

std::size_t FakeProvider::stopped() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      instances, [](const auto& entry) { return entry.second.state == Instance::State::stopped; }));
}

World::World() : now(TimePoint(std::chrono::hours(1))), fleet(made_fleet()) {
  policy.provider.emplace();
  policy.provider->port = 3000;
  policy.provider->name_prefix = "gapura-s-";
}

std::unique_ptr<Fleet> World::made_fleet() {
  return std::make_unique<Fleet>([this] { return "gapura-s-" + std::to_string(++next_name); });
}

std::vector<Step> World::plan(std::uint32_t wanted) {
  std::vector<balancer::TargetView> views;
  for (const auto& [id, target] : targets) views.push_back(target);
  fleet->observe(policy, views, now);
  return fleet->plan(policy, wanted, views, now);
}

std::vector<Step::Kind> World::kinds(const std::vector<Step>& steps) {
  std::vector<Step::Kind> out;
  for (const Step& step : steps) out.push_back(step.kind);
  return out;
}

std::vector<Step> World::round(std::uint32_t wanted) {
  auto steps = plan(wanted);
  for (const Step& step : steps) carry_out(step);
  return steps;
}

void World::carry_out(const Step& step) {
  const ProviderFault unreachable{.message = "no answer"};
  const auto found = provider.instances.find(step.unit);
  const bool exists = found != provider.instances.end();
  switch (step.kind) {
    case Step::Kind::list: {
      if (provider.fails_lists) return fleet->listed(unreachable, now);
      std::vector<Instance> all;
      for (const auto& [name, instance] : provider.instances) {
        if (!provider.hidden.contains(name)) all.push_back(instance);
      }
      return fleet->listed(std::move(all), now);
    }
    case Step::Kind::create: {
      const auto number = ++provider.creates;
      Instance instance{.id = "i" + std::to_string(number),
                        .name = step.unit,
                        .created_s = static_cast<std::int64_t>(number)};
      provider.instances[step.unit] = instance;
      provider.names.push_back(step.unit);
      return fleet->created(step.unit, instance, now);
    }
    case Step::Kind::remove:
      if (provider.fails_removals) return fleet->done(step, unreachable, now);
      if (!exists) {
        return fleet->done(
            step, ProviderFault{.kind = ProviderFault::Kind::not_found, .message = "none"}, now);
      }
      provider.instances.erase(found);
      return fleet->done(step, Done{}, now);
    case Step::Kind::stop:
      if (exists) found->second.state = Instance::State::stopped;
      return fleet->done(step, Done{}, now);
    case Step::Kind::start:
      if (exists) found->second.state = Instance::State::running;
      return fleet->done(step, Done{}, now);
    case Step::Kind::add_target: {
      balancer::TargetView target;
      target.id = target.listed_id = step.unit;
      target.url = "http://" + step.instance.address + ":3000";
      target.origin = balancer::Origin::autoscale;
      target.phase = Phase::joining;
      targets.emplace(target.id, target);
      break;
    }
    case Step::Kind::drain_target: targets.at(step.target).phase = Phase::draining; break;
    case Step::Kind::undrain_target: targets.at(step.target).phase = Phase::serving; break;
    case Step::Kind::forget_target: targets.erase(step.target); break;
  }
  fleet->changed(step, "", now);
}

void World::serve(std::uint32_t count) {
  for (int i = 0; i < 4; ++i) {
    round(count);
    boot_all();
    pass(Milliseconds(2'500));
    all_targets(Phase::serving);
  }
}

void World::boot_all() {
  for (auto& [name, instance] : provider.instances) {
    if (instance.state == Instance::State::stopped) continue;
    instance.state = Instance::State::running;
    instance.address = "10.0.0." + instance.id.substr(1);
  }
}

void World::all_targets(Phase phase) {
  for (auto& [id, target] : targets) {
    if (target.phase == Phase::joining) target.phase = phase;
  }
}

void World::end_drains() {
  for (auto& [id, target] : targets) {
    if (target.phase == Phase::draining) target.phase = Phase::gone;
  }
}

void World::add_foreign_target(const std::string& address) {
  balancer::TargetView target;
  target.id = target.listed_id = address + ":3000";
  target.url = "http://" + target.id;
  target.origin = balancer::Origin::file;
  target.phase = Phase::serving;
  targets.emplace(target.id, target);
}

void World::crash() {
  fleet = made_fleet();
}

balancer::TargetView& World::target_of(const std::string& name) {
  return targets.at(name);
}

std::size_t World::count(Phase phase) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      targets, [phase](const auto& entry) { return entry.second.phase == phase; }));
}

}  // namespace gapura::autoscale
