// The load that Gapura sees itself: requests in work by Little's law, requests a second, the queue.
#include <algorithm>
#include <cmath>

#include "autoscale/decide/sizing.h"
#include "autoscale/decide/votes.h"
#include "base/format.h"

namespace gapura::autoscale {
namespace {

/// A queue is to be gone after so long, once the size that it asks for is there.
constexpr double kClearing_s = 30;

Aim aim_of(const conf::Autoscale& policy) {
  const double settled = policy.utilization * (1 - policy.down_tolerance);
  return {.share = policy.utilization,
          .tolerance = policy.up_tolerance,
          .safe = std::min(policy.safe_utilization, settled)};
}

void settle(const View& view, Vote& vote, std::uint32_t up) {
  vote.allows_fewer = vote.fewest < view.size;
  vote.size = vote.allows_fewer ? vote.fewest : up;
}

/// Requests that targets work on, not those that wait in them: by Little's law, or as counted
/// before any request was finished.
double in_work(const View& view) {
  if (view.load.service_s) return view.load.rate * *view.load.service_s;
  const double room = view.policy.concurrency * std::max(view.sample.serving, 1U);
  return std::min<double>(view.sample.in_flight, room);
}

/// Targets that are all full hide how long a request takes, and may be full because of something
/// that more of them do not mend: what they show is followed up to twice their number at a time.
/// It counts in both directions, else the next tick would give back what this one asks for.
void follow_full(const View& view, Vote& vote, std::uint32_t& up) {
  if (!view.load.full_service_s) return;
  const double load = view.load.rate * *view.load.full_service_s / view.policy.concurrency;
  const std::uint32_t most = std::max(view.size, 2 * view.sample.serving);
  const Aim aim = aim_of(view.policy);
  up = std::max(up, std::min(size_for(load, aim, view.size), most));
  vote.fewest = std::max(vote.fewest, std::min(fewest_for(load, aim), most));
}

std::string said_of_work(const View& view, double work) {
  if (view.load.service_s) {
    return fmt::format("{:.3g} requests/s of {:.3g} ms keep {:.3g} in work", view.load.rate,
                       *view.load.service_s * 1'000, work);
  }
  return fmt::format("{:.3g} requests are in work, and none was finished by a target with room",
                     work);
}

void vote_by_concurrency(const View& view, Votes& votes) {
  const double one = view.policy.concurrency;
  const double target = one * view.policy.utilization;
  if (!view.load.is_known) {
    votes.push_back(no_data(view, "concurrency", target, "the load is not known"));
    return;
  }
  const double work = in_work(view);
  const Aim aim = aim_of(view.policy);
  Vote vote{.signal = "concurrency", .value = work, .target = target, .reason = {}};
  vote.fewest = fewest_for(work / one, aim);
  const bool is_idle = view.load.rate <= 0 && view.sample.in_flight == 0;
  if (!view.load.service_s && !is_idle) vote.fewest = std::max(vote.fewest, view.size);
  std::uint32_t up = size_for(work / one, aim, view.size);
  follow_full(view, vote, up);
  settle(view, vote, up);
  vote.reason = said_of_work(view, work) +
                fmt::format("; at {:.3g} a target that needs {}", target, vote.size);
  votes.push_back(std::move(vote));
}

void vote_by_rate(const View& view, Votes& votes) {
  const double one = view.policy.requests_per_second;
  const double target = one * view.policy.utilization;
  if (!view.load.is_known) {
    votes.push_back(no_data(view, "requestsPerSecond", target, "the load is not known"));
    return;
  }
  Vote vote{.signal = "requestsPerSecond", .value = view.load.rate, .target = target, .reason = {}};
  const Aim aim = aim_of(view.policy);
  vote.fewest = fewest_for(view.load.rate / one, aim);
  settle(view, vote, size_for(view.load.rate / one, aim, view.size));
  vote.reason = fmt::format("{:.3g} requests/s at {:.3g} a target need {}", view.load.rate, target,
                            vote.size);
  votes.push_back(std::move(vote));
}

/// Requests a second that one target can do when it is full; 0: not known.
double capacity(const View& view) {
  const auto& service_s = view.load.service_s ? view.load.service_s : view.load.full_service_s;
  const double by_work = view.policy.concurrency > 0 && service_s && *service_s > 0
                             ? view.policy.concurrency / *service_s
                             : 0;
  const double by_rate = view.policy.requests_per_second;
  if (by_work <= 0 || by_rate <= 0) return std::max(by_work, by_rate);
  return std::min(by_work, by_rate);
}

/// The headroom that the other signals leave works the queue off; this one speaks up when that
/// would take too long. The queue is no part of the rate: else it would be asked for twice.
void vote_by_queue(const View& view, Votes& votes) {
  const double one = capacity(view);
  if (!view.load.is_known || view.sample.queued == 0 || one <= 0) return;
  Vote vote{.signal = "queue", .value = view.sample.queued, .target = 0, .reason = {}};
  const double rate = view.load.rate + view.sample.queued / kClearing_s;
  const Aim aim;
  const std::uint32_t need = std::max(1U, size_for(rate / one, aim, 0));
  vote.fewest = need;
  settle(view, vote, std::max(need, view.size));
  vote.reason = fmt::format(
      "{} waiting requests are to be gone in {:.0f} s: {:.3g} requests/s at "
      "{:.3g} a full target need {}",
      view.sample.queued, kClearing_s, rate, one, need);
  votes.push_back(std::move(vote));
}

}  // namespace

Vote no_data(const View& view, std::string signal, double target, std::string why) {
  return {.signal = std::move(signal),
          .value = std::nullopt,
          .target = target,
          .size = view.size,
          .fewest = view.size,
          .allows_fewer = false,
          .reason = std::move(why)};
}

void vote_by_load(const View& view, Votes& votes) {
  if (view.policy.concurrency > 0) vote_by_concurrency(view, votes);
  if (view.policy.requests_per_second > 0) vote_by_rate(view, votes);
  vote_by_queue(view, votes);
}

}  // namespace gapura::autoscale
