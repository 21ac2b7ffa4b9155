#include "autoscale/scaling_readings.h"

#include <map>
#include <string_view>
#include <utility>

#include "autoscale/fleet/unit.h"

namespace gapura::autoscale {
namespace {

using metrics::Family;

/// The readings of one service: each has its label, and those that are given.
class Readings {
 public:
  explicit Readings(const std::string& service) : service_(service) {}

  using More = std::vector<std::pair<std::string, std::string>>;
  void add(Family family, double value, More more = {}) {
    metrics::Reading one{.family = family, .labels = {{"service", service_}}, .value = value};
    for (auto& label : more) one.labels.push_back(std::move(label));
    all_.push_back(std::move(one));
  }
  template <class Counts>
  void add_counts(Family family, const char* label, const Counts& counts) {
    for (const auto& [name, count] : counts) {
      add(family, static_cast<double>(count), {{label, std::string(name)}});
    }
  }
  std::vector<metrics::Reading> take() { return std::move(all_); }

 private:
  const std::string& service_;
  std::vector<metrics::Reading> all_;
};

/// All phases, those without an instance too: a series that vanishes is not a zero.
std::map<std::string_view, std::uint64_t> by_phase(const std::vector<InstanceView>& instances) {
  std::map<std::string_view, std::uint64_t> counts;
  using Stage = Unit::Stage;
  for (const Stage stage :
       {Stage::creating, Stage::booting, Stage::serving, Stage::draining, Stage::removing,
        Stage::removed, Stage::stopping, Stage::stopped, Stage::starting}) {
    counts[to_string(stage)] = 0;
  }
  for (const InstanceView& one : instances) ++counts[one.phase];
  return counts;
}

/// The same moment on the wall's clock, as Unix time.
double unix_s(const Sample& sample, TimePoint at) {
  const std::chrono::duration<double> before = sample.at - at;
  const std::chrono::duration<double> wall = sample.wall.time_since_epoch();
  return (wall - before).count();
}

void add_size(const ScalerView& view, Readings& out) {
  const Sample& sample = view.sample;
  out.add(Family::autoscale_wanted_targets, view.decision.to);
  out.add_counts(Family::autoscale_targets, "state",
                 std::map<std::string_view, std::uint32_t>{{"serving", sample.serving},
                                                           {"booting", sample.booting},
                                                           {"draining", sample.draining},
                                                           {"suspended", sample.suspended}});
  out.add_counts(Family::autoscale_instances, "phase", by_phase(view.instances));
  out.add(Family::autoscale_min_targets, view.policy.min);
  out.add(Family::autoscale_max_targets, view.policy.max);
  out.add(Family::autoscale_mode, 1, {{"mode", std::string(to_string(view.mode))}});
  out.add(Family::autoscale_paused, view.is_paused ? 1 : 0);
}

void add_votes(const ScalerView& view, Readings& out) {
  for (const Vote& vote : view.decision.votes) {
    out.add(Family::autoscale_vote_targets, vote.size, {{"signal", vote.signal}});
    out.add(Family::autoscale_signal_target, vote.target, {{"signal", vote.signal}});
    if (!vote.value) continue;
    out.add(Family::autoscale_signal_value, *vote.value, {{"signal", vote.signal}});
  }
}

void add_provider(const ScalerView& view, Readings& out) {
  for (const auto& [call, count] : view.counts.calls) {
    const auto& [operation, outcome] = call;
    out.add(Family::autoscale_provider_calls, static_cast<double>(count),
            {{"operation", std::string(operation)}, {"outcome", std::string(outcome)}});
  }
  out.add(Family::autoscale_provider_fault, view.provider_fault.empty() ? 0 : 1);
  if (view.boot_time.count() == 0) return;
  out.add(Family::autoscale_boot, static_cast<double>(view.boot_time.count()) / 1'000);
}

}  // namespace

std::vector<metrics::Reading> readings_of(const ScalerView& view, const std::string& service) {
  if (view.sample.at == TimePoint{}) return {};  // it has not looked once
  Readings out(service);
  add_size(view, out);
  out.add_counts(Family::autoscale_decisions, "direction", view.counts.decisions);
  out.add_counts(Family::autoscale_changes, "direction", view.counts.changes);
  out.add_counts(Family::autoscale_held_back, "limit", view.counts.held_back);
  add_votes(view, out);
  add_provider(view, out);
  out.add(Family::autoscale_last_decision, unix_s(view.sample, view.decision.at));
  if (view.last_change) {
    out.add(Family::autoscale_last_change, unix_s(view.sample, *view.last_change));
  }
  return out.take();
}

}  // namespace gapura::autoscale
