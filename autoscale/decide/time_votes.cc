// How long requests wait and take. Neither falls in proportion to the size, so that they ask for a
// tenth more, and look again once that is there.
#include <algorithm>
#include <cmath>

#include "autoscale/decide/votes.h"
#include "base/format.h"

namespace gapura::autoscale {
namespace {

constexpr Milliseconds kWindow{60'000};
/// What the last ones to come have changed must be seen for so long.
constexpr Milliseconds kSettled{15'000};
/// Above this share of the limit a removal is not agreed to.
constexpr double kNear = 0.8;
constexpr double kRequestsMin = 20;

/// Of the ticks since there last came to be more targets.
struct Seen {
  double span_s = 0, waits = 0, wait_s = 0, requests = 0;
  std::vector<double> latencies;
};

Seen since_last_growth(const View& view) {
  Seen out;
  const auto& samples = view.history.samples();
  // Held against the tick that followed it, not against the present one: after a removal there are
  // as many as before the growth, whose waits are made good already.
  std::uint32_t later = view.sample.serving;
  for (auto one = samples.rbegin(); one != samples.rend(); ++one) {
    if (one->at <= view.now - kWindow || one->serving < later) break;
    later = one->serving;
    if (!one->has_load) continue;
    out.span_s += static_cast<double>(one->span.count()) / 1'000;
    out.waits += one->queue_waits;
    out.wait_s += one->queue_wait_s;
    if (one->bounds_s != view.sample.bounds_s) continue;
    out.latencies.resize(std::max(out.latencies.size(), one->latencies.size()));
    for (std::size_t i = 0; i < one->latencies.size(); ++i) {
      out.latencies[i] += one->latencies[i];
      out.requests += one->latencies[i];
    }
  }
  return out;
}

/// The duration within which `percentile` of them were answered, straight between two bounds; of
/// what has no bound, the last one.
double percentile_of(const Seen& seen, const std::vector<double>& bounds_s, double percentile) {
  double left = seen.requests * percentile / 100;
  for (std::size_t i = 0; i < bounds_s.size() && i < seen.latencies.size(); ++i) {
    const double below = i == 0 ? 0 : bounds_s[i - 1];
    if (seen.latencies[i] >= left && seen.latencies[i] > 0) {
      return below + (bounds_s[i] - below) * left / seen.latencies[i];
    }
    left -= seen.latencies[i];
  }
  return bounds_s.empty() ? 0 : bounds_s.back();
}

void vote_by_limit(const View& view, Vote vote, const Seen& seen, Votes& votes) {
  const std::uint32_t serving = std::max(view.sample.serving, 1U);
  const std::uint32_t more = serving + std::max(1U, serving / 10);
  vote.size = view.size;
  vote.fewest = *vote.value > kNear * vote.target ? view.size : 0;
  if (*vote.value > vote.target && seen.span_s * 1'000 >= kSettled.count()) {
    vote.size = std::max(view.size, more);
  }
  vote.allows_fewer = vote.fewest < view.size;
  votes.push_back(std::move(vote));
}

void vote_by_wait(const View& view, const Seen& seen, Votes& votes) {
  const double most = static_cast<double>(view.policy.queue_wait.count()) / 1'000;
  if (!view.load.is_known) {
    votes.push_back(no_data(view, "queueWait", most, "the load is not known"));
    return;
  }
  // Nobody left the queue, so nobody says how long it takes: as long as we have been looking.
  const bool is_stuck = seen.waits <= 0 && view.sample.queued > 0;
  const double wait_s = seen.waits > 0 ? seen.wait_s / seen.waits : is_stuck ? seen.span_s : 0;
  vote_by_limit(
      view,
      {.signal = "queueWait",
       .value = wait_s,
       .target = most,
       .reason = fmt::format("requests wait {:.3g} s for a target, of {:.3g} s", wait_s, most)},
      seen, votes);
}

void vote_by_latency(const View& view, const Seen& seen, Votes& votes) {
  const conf::LatencySignal& signal = *view.policy.latency;
  const double most = static_cast<double>(signal.most.count()) / 1'000;
  if (!view.load.is_known) {
    votes.push_back(no_data(view, "latency", most, "the load is not known"));
    return;
  }
  const bool is_enough = seen.requests >= kRequestsMin;
  const double value = is_enough ? percentile_of(seen, view.sample.bounds_s, signal.percentile) : 0;
  vote_by_limit(
      view,
      {.signal = "latency",
       .value = value,
       .target = most,
       .reason = is_enough ? fmt::format("{:.4g} % of requests take up to {:.3g} s, of {:.3g} s",
                                         signal.percentile, value, most)
                           : fmt::format("{:.0f} requests are too few to say", seen.requests)},
      seen, votes);
}

}  // namespace

void vote_by_time(const View& view, Votes& votes) {
  if (view.policy.queue_wait == Milliseconds(0) && !view.policy.latency) return;
  const Seen seen = since_last_growth(view);
  if (view.policy.queue_wait > Milliseconds(0)) vote_by_wait(view, seen, votes);
  if (view.policy.latency) vote_by_latency(view, seen, votes);
}

}  // namespace gapura::autoscale
