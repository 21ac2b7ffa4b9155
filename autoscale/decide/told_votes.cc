// What others measure: the targets' machines, and servers that answer queries.
#include <algorithm>

#include "autoscale/decide/sizing.h"
#include "autoscale/decide/votes.h"
#include "base/format.h"

namespace gapura::autoscale {
namespace {

struct Named {
  const char* name;
  std::optional<double> value;
};

Named measured(const Sample& sample, conf::ResourceSignal::Kind kind) {
  switch (kind) {
    case conf::ResourceSignal::Kind::cpu: return {"cpu", sample.cpu};
    case conf::ResourceSignal::Kind::memory: return {"memory", sample.memory};
    case conf::ResourceSignal::Kind::cpu_and_memory: break;
  }
  return {"cpuAndMemory", sample.cpu_and_memory};
}

/// Fewest and most targets that served within `window`: what a mean over it was measured on.
std::pair<std::uint32_t, std::uint32_t> served(const View& view, Milliseconds window) {
  std::pair<std::uint32_t, std::uint32_t> out{view.sample.serving, view.sample.serving};
  for (const Sample& one : view.history.samples()) {
    if (one.at <= view.now - window || one.serving == 0) continue;
    out = {std::min(out.first, one.serving), std::max(out.second, one.serving)};
  }
  return out;
}

void vote_by_resource(const View& view, const conf::ResourceSignal& signal, Votes& votes) {
  const auto [name, value] = measured(view.sample, signal.kind);
  if (view.sample.serving == 0) return;
  if (!value) {
    votes.push_back(no_data(view, name, signal.up, "no target's machine was measured"));
    return;
  }
  const auto [fewest, most] = served(view, signal.window);
  Vote vote{.signal = name, .value = value, .target = signal.up, .reason = {}};
  vote.fewest = signal.down ? fewest_by_threshold(*value, *signal.down, most)
                            : fewest_by_guard(*value, signal.up, view.policy.margin, most);
  // Whoever says nothing may be the one that has most to do.
  if (!view.sample.has_all_nodes) vote.fewest = std::max(vote.fewest, view.size);
  const Aim aim{.share = signal.up};
  const std::uint32_t up =
      *value > signal.up ? size_for(*value * fewest, aim, view.size) : view.size;
  vote.allows_fewer = vote.fewest < view.size;
  vote.size = vote.allows_fewer ? vote.fewest : up;
  vote.reason = fmt::format("{:.3g} % on {} targets, above {:.3g} % more are wanted", *value,
                            view.sample.serving, signal.up);
  votes.push_back(std::move(vote));
}

void vote_by_query(const View& view, const conf::QuerySignal& signal, Votes& votes) {
  const auto found = view.sample.queries.find(signal.name);
  if (found == view.sample.queries.end() || !found->second) {
    votes.push_back(
        no_data(view, signal.name, signal.target, fmt::format("{} gave no number", signal.server)));
    return;
  }
  const double value = *found->second;
  const double total = signal.is_total ? value : value * view.sample.serving;
  Vote vote{.signal = signal.name, .value = value, .target = signal.target, .reason = {}};
  const Aim aim{.tolerance = view.policy.up_tolerance, .safe = 1 - view.policy.down_tolerance};
  vote.fewest = fewest_for(std::max(total, 0.0) / signal.target, aim);
  vote.allows_fewer = vote.fewest < view.size;
  vote.size = vote.allows_fewer ? vote.fewest : size_for(total / signal.target, aim, view.size);
  vote.reason = fmt::format("{:.4g} {} at {:.4g} a target need {}", value,
                            signal.is_total ? "in all" : "on average", signal.target, vote.size);
  votes.push_back(std::move(vote));
}

}  // namespace

void vote_by_measures(const View& view, Votes& votes) {
  for (const auto& signal : view.policy.resources) vote_by_resource(view, signal, votes);
  for (const auto& signal : view.policy.queries) vote_by_query(view, signal, votes);
}

bool has_measures(const conf::Autoscale& policy) {
  return policy.concurrency > 0 || policy.requests_per_second > 0 || !policy.resources.empty() ||
         !policy.queries.empty();
}

bool has_load_signals(const conf::Autoscale& policy) {
  return has_measures(policy) || policy.queue_wait > Milliseconds(0) || policy.latency;
}

}  // namespace gapura::autoscale
