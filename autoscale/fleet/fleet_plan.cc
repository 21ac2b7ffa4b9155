// What is to be done next.
#include <algorithm>
#include <utility>

#include "autoscale/fleet/fleet.h"
#include "balancer/target.h"
#include "conf/dynamic_config.h"
#include "conf/host_name.h"

namespace gapura::autoscale {
namespace {

using balancer::Phase;
using balancer::TargetView;

/// While something is to appear, change or vanish.
constexpr Milliseconds kListSoon{2'000};
/// One whose deletion was accepted and that is still listed is deleted once more.
constexpr Milliseconds kRemovalMax{120'000};
/// Between the end of a drain and the deletion: the last bytes are on their way.
constexpr Milliseconds kLinger{1'000};

/// Empty, or why it cannot be a target's. As a part of a URL it could mean another host
/// ("10.0.0.5/24" does), and be read again from the state file as that.
std::string fault_of_address(const std::string& address) {
  const bool is_v6 = address.find(':') != std::string::npos;
  std::string fault;
  conf::parse_host(is_v6 ? "[" + address + "]" : address, &fault);
  return fault;
}

}  // namespace

/// One call of plan().
struct Fleet::Round {
  Round(const conf::Autoscale& policy_, const std::vector<TargetView>& targets_, TimePoint now_)
      : policy(policy_), all(targets_), now(now_) {
    for (const TargetView& target : targets_) {
      const bool is_leaving = target.phase == Phase::draining || target.phase == Phase::gone;
      const bool is_ours = target.origin == balancer::Origin::autoscale;
      if (is_ours) {
        // One whose address is a name is a target for each address behind it; any that serves will
        // do.
        const auto known = by_id.emplace(target.listed_id, &target);
        if (!is_leaving) known.first->second = &target;
      } else if (!is_leaving) {
        ++others;
        by_url.emplace(target.url, &target);
      }
    }
  }

  const conf::Provider& provider() const { return *policy.provider; }
  /// The instance's own target, or the one that somebody listed with its address.
  const TargetView* own_target_of(const Instance& instance) const {
    const auto own = by_id.find(instance.name);
    return own == by_id.end() ? nullptr : own->second;
  }
  const TargetView* target_of(const Instance& instance) const {
    if (const TargetView* own = own_target_of(instance)) return own;
    if (instance.address.empty()) return nullptr;
    const auto found = by_url.find(url_of(instance, provider()).to_string());
    return found == by_url.end() ? nullptr : found->second;
  }

  const conf::Autoscale& policy;
  const std::vector<TargetView>& all;
  const TimePoint now;
  std::uint32_t wanted = 0;
  std::map<std::string, const TargetView*> by_id{};   ///< ours
  std::map<std::string, const TargetView*> by_url{};  ///< that somebody else listed
  std::uint32_t others = 0;  ///< targets that somebody else listed, and that count
  std::vector<Step> steps{};
};

conf::ServerUrl url_of(const Instance& instance, const conf::Provider& provider) {
  return {.scheme = "http",
          .host = instance.address,
          .port = instance.port != 0 ? instance.port : provider.port};
}

void Fleet::observe(const conf::Autoscale& policy, const std::vector<TargetView>& targets,
                    TimePoint now) {
  Round round(policy, targets, now);
  for (const TargetView& target : targets) adopt_target(round, target);
  for (auto& [name, unit] : units_) {
    if (!unit.is_begun) observe(round, unit);
  }
}

std::vector<Step> Fleet::plan(const conf::Autoscale& policy, std::uint32_t wanted,
                              const std::vector<TargetView>& targets, TimePoint now) {
  Round round(policy, targets, now);
  round.wanted = wanted;
  for (auto& [name, unit] : units_) {
    if (unit.is_begun || now < unit.not_before) continue;
    if (unit.stage == Unit::Stage::booting) boot(round, unit);
    if (!unit.is_begun) end(round, unit);
  }
  if (is_list_good_) balance(round);
  ask_for_list(round);
  return std::move(round.steps);
}

/// After a start the targets are known from the state file, before the provider has said anything;
/// and it may have lost some of them meanwhile.
void Fleet::adopt_target(Round& round, const TargetView& target) {
  if (target.origin != balancer::Origin::autoscale || units_.contains(target.listed_id)) return;
  const auto url = conf::ServerUrl::parse(target.url, nullptr);
  if (!url) return;
  adopt({.name = target.listed_id,
         .state = Instance::State::running,
         .address = url->host,
         .port = url->port},
        round.now);
}

void Fleet::begin(Round& round, Step::Kind kind, Unit& unit) {
  unit.is_begun = true;
  round.steps.push_back(
      {.kind = kind, .unit = unit.instance.name, .instance = unit.instance, .target = unit.target});
}

/// Takes over what the registry says, whoever caused it.
void Fleet::observe(Round& round, Unit& unit) {
  const TargetView* target = round.target_of(unit.instance);
  // What others listed serves with us, and is not ours to drain or to forget.
  const bool is_ending =
      unit.is_leaving() || unit.stage == Unit::Stage::removed || unit.stage == Unit::Stage::stopped;
  if (is_ending) target = round.own_target_of(unit.instance);
  unit.target = target == nullptr ? std::string() : target->listed_id;
  const bool serves =
      target != nullptr && (is_well(target->phase) || target->phase == Phase::suspended);
  const bool leaves =
      target != nullptr && (target->phase == Phase::draining || target->phase == Phase::gone);
  switch (unit.stage) {
    case Unit::Stage::booting:
      if (leaves) enter(unit, Unit::Stage::draining, round.now);
      if (!serves) return;
      enter(unit, Unit::Stage::serving, round.now);
      creates_failed_ = 0;
      news_.push_back({.kind = News::Kind::up,
                       .unit = unit.instance.name,
                       .message = "serves as " + unit.target,
                       .took = unit.is_measured ? std::chrono::duration_cast<Milliseconds>(
                                                      round.now - unit.asked)
                                                : Milliseconds(0)});
      return;
    case Unit::Stage::serving:
      // Somebody removed or drained it by hand: it is not wanted any more.
      if (target == nullptr || leaves) enter(unit, Unit::Stage::draining, round.now);
      return;
    case Unit::Stage::draining:
    case Unit::Stage::removing:
    case Unit::Stage::stopping:
      // Its drain was cancelled, by hand even when it had ended: nobody deletes what is picked.
      if (serves) enter(unit, Unit::Stage::serving, round.now);
      return;
    default: return;
  }
}

void Fleet::boot(Round& round, Unit& unit) {
  const bool is_late = round.now - unit.asked > round.provider().boot_timeout;
  const bool has_failed = unit.instance.state == Instance::State::failed;
  if (is_late || has_failed) {
    pause_creating(round.now);
    const std::string why = unit.fault.empty() ? std::string() : ": " + unit.fault;
    unit.fault = (has_failed ? "the provider says that it failed" : "it never came to serve") + why;
    news_.push_back({.kind = News::Kind::fault, .unit = unit.instance.name, .message = unit.fault});
    return retire(round, unit);
  }
  if (!unit.instance.is_up()) return;
  if (const std::string wrong = fault_of_address(unit.instance.address); !wrong.empty()) {
    unit.fault = "the provider gives no address that can be used: " + wrong;
    return;
  }
  if (unit.is_for_pool) {
    enter(unit, Unit::Stage::stopping, round.now);
  } else if (unit.target.empty()) {
    begin(round, Step::Kind::add_target, unit);
  }
}

/// On its way out: by a drain if it is a target, else at once.
void Fleet::retire(Round& round, Unit& unit) {
  const bool is_target = round.own_target_of(unit.instance) != nullptr;
  if (!is_target) unit.target.clear();
  enter(unit, is_target ? Unit::Stage::draining : Unit::Stage::removing, round.now);
  if (is_target) begin(round, Step::Kind::drain_target, unit);
}

void Fleet::end(Round& round, Unit& unit) {
  const TargetView* target = round.own_target_of(unit.instance);
  const bool is_lost = unit.is_missing() || unit.instance.state == Instance::State::failed ||
                       unit.instance.state == Instance::State::stopped;
  switch (unit.stage) {
    case Unit::Stage::serving:
      // A list alone is not believed against a target that answers.
      if (is_lost && target != nullptr && target->phase == Phase::suspended) retire(round, unit);
      return;
    case Unit::Stage::draining: {
      const bool has_drained = target == nullptr || target->phase == Phase::gone;
      // Its drain could not be begun, and as it never served it does not come back by itself.
      if (!has_drained && target->phase == Phase::joining) {
        return begin(round, Step::Kind::drain_target, unit);
      }
      if (!has_drained) return;
      const auto stopped = std::ranges::count_if(units_, [](const auto& entry) {
        return entry.second.stage == Unit::Stage::stopped ||
               entry.second.stage == Unit::Stage::stopping;
      });
      const bool has_place = std::cmp_less(stopped, round.policy.warm) && !is_lost;
      unit.not_before = round.now + kLinger;
      return enter(unit, has_place ? Unit::Stage::stopping : Unit::Stage::removing, round.now);
    }
    case Unit::Stage::stopping: return begin(round, Step::Kind::stop, unit);
    case Unit::Stage::removing:
      // What is not there any more may be refused in other words than "not found".
      if (unit.faults > 0 && unit.is_missing()) return enter(unit, Unit::Stage::removed, round.now);
      if (!unit.instance.id.empty()) return begin(round, Step::Kind::remove, unit);
      // Known by its target alone, or created a moment ago: the next lists say what it is.
      if (is_lost) enter(unit, Unit::Stage::removed, round.now);
      return;
    case Unit::Stage::stopped:
    case Unit::Stage::removed:
      if (!unit.target.empty()) return begin(round, Step::Kind::forget_target, unit);
      if (unit.stage == Unit::Stage::removed && round.now - unit.since > kRemovalMax) {
        enter(unit, Unit::Stage::removing, round.now);
      }
      return;
    default: return;
  }
}

void Fleet::balance(Round& round) {
  const Count count = this->count();
  const std::uint32_t active = count.booting + count.serving;
  if (active < round.wanted) grow(round, round.wanted - active);
  if (active > round.wanted) shrink(round, active - round.wanted);
  if (active == round.wanted) fill_pool(round);
}

void Fleet::grow(Round& round, std::uint32_t missing) {
  // What drains has booted already. The one that drains for the shortest time has lost least.
  std::vector<Unit*> back;
  std::vector<Unit*> stopped;
  for (auto& [name, unit] : units_) {
    if (unit.is_begun || round.now < unit.not_before) continue;
    if (unit.stage == Unit::Stage::draining && !unit.is_missing()) {
      back.push_back(&unit);
    }
    if (unit.stage == Unit::Stage::stopped && unit.target.empty()) stopped.push_back(&unit);
  }
  std::ranges::sort(back, std::greater{}, &Unit::since);
  for (Unit* unit : back) {
    if (missing == 0) return;
    if (unit->target.empty()) continue;
    enter(*unit, Unit::Stage::serving, round.now);
    begin(round, Step::Kind::undrain_target, *unit);
    --missing;
  }
  for (Unit* unit : stopped) {
    if (missing == 0) return;
    enter(*unit, Unit::Stage::starting, round.now);
    unit->asked = round.now;
    unit->is_measured = false;
    unit->is_for_pool = false;
    begin(round, Step::Kind::start, *unit);
    --missing;
  }
  for (; missing > 0; --missing) create(round, /*is_for_pool=*/false);
}

void Fleet::create(Round& round, bool is_for_pool) {
  if (round.now < create_due_) return;
  std::uint32_t in_the_making = 0;
  std::uint32_t all = round.others;
  for (const auto& [name, unit] : units_) {
    if (unit.stage == Unit::Stage::creating) ++in_the_making;
    // What is being deleted exists, and costs, until the provider has accepted its deletion.
    const bool is_pooled = unit.is_for_pool || unit.stage == Unit::Stage::stopped ||
                           unit.stage == Unit::Stage::stopping;
    if (unit.stage != Unit::Stage::removed && !is_pooled) ++all;
  }
  if (in_the_making >= round.provider().creates_at_once) return;
  if (!is_for_pool && all >= round.policy.max) return;
  const std::string name = new_name_();
  // Two names of one second are the same once in a million: the next round has another.
  if (units_.contains(name)) return;
  Unit& unit = units_[name];
  unit.instance.name = name;
  unit.asked = round.now;
  unit.is_for_pool = is_for_pool;
  enter(unit, Unit::Stage::creating, round.now);
  begin(round, Step::Kind::create, unit);
}

void Fleet::fill_pool(Round& round) {
  std::uint32_t pooled = 0;
  for (const auto& [name, unit] : units_) {
    const bool is_pooled = unit.is_for_pool || unit.stage == Unit::Stage::stopped ||
                           unit.stage == Unit::Stage::stopping;
    if (is_pooled && unit.stage != Unit::Stage::removed) ++pooled;
  }
  for (; pooled < round.policy.warm; ++pooled) create(round, /*is_for_pool=*/true);
  for (auto& [name, unit] : units_) {
    if (pooled <= round.policy.warm) return;
    const bool is_free = unit.stage == Unit::Stage::stopped && unit.target.empty() &&
                         !unit.is_begun && round.now >= unit.not_before;
    if (!is_free) continue;
    retire(round, unit);
    --pooled;
  }
}

void Fleet::shrink(Round& round, std::uint32_t surplus) {
  // Those that nobody uses yet first, then who has least to do; the newest among equals.
  struct Candidate {
    bool serves;
    std::uint32_t in_flight;
    std::int64_t created_s;
    Unit* unit;
  };
  std::vector<Candidate> candidates;
  for (auto& [name, unit] : units_) {
    if (unit.is_begun || unit.is_for_pool || round.now < unit.not_before) continue;
    const bool serves = unit.stage == Unit::Stage::serving;
    if (!serves && unit.stage != Unit::Stage::booting) continue;
    const TargetView* target = round.target_of(unit.instance);
    // What a file or a person listed besides is theirs to take out.
    if (target != nullptr && target->origin != balancer::Origin::autoscale) continue;
    candidates.push_back({.serves = serves,
                          .in_flight = target == nullptr ? 0 : target->in_flight,
                          .created_s = unit.instance.created_s,
                          .unit = &unit});
  }
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    return std::tie(a.serves, a.in_flight, b.created_s, b.unit->instance.name) <
           std::tie(b.serves, b.in_flight, a.created_s, a.unit->instance.name);
  });
  if (candidates.size() > surplus) candidates.resize(surplus);
  for (const Candidate& candidate : candidates) retire(round, *candidate.unit);
}

void Fleet::ask_for_list(Round& round) {
  if (is_listing_) return;
  const bool is_moving = std::ranges::any_of(units_, [](const auto& entry) {
    const Unit& unit = entry.second;
    const bool is_expected = unit.is_booting() && !unit.instance.is_up();
    return is_expected || unit.stage == Unit::Stage::removed;
  });
  const bool is_soon =
      is_moving && is_list_good_ && listed_at_ && round.now - *listed_at_ >= kListSoon;
  if (round.now < list_due_ && !is_soon) return;
  is_listing_ = true;
  list_due_ = round.now + round.provider().list_every;
  round.steps.push_back({.kind = Step::Kind::list});
}

}  // namespace gapura::autoscale
