#include "autoscale/decide/history.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace gapura::autoscale {
namespace {

constexpr std::chrono::hours kActionsKept{1};
constexpr std::chrono::hours kSaidKept{6};  // the longest window that may be written
constexpr std::size_t kBootsKept = 20;

}  // namespace

void History::add(Sample sample) {
  if (const Sample* before = last(); before != nullptr && sample.at - before->at > kGap) {
    seen_since_ = sample.at;
  }
  // A tick that nobody measured may have had requests: a service is not put to sleep on it.
  if (!sample.has_load || sample.arrived > 0 || sample.in_flight > 0 || sample.queued > 0) {
    last_request_ = sample.at;
  }
  samples_.push_back(std::move(sample));
  while (samples_.front().at <= samples_.back().at - kSamplesKept) samples_.pop_front();
}

void History::add(const Decision& decision) {
  // Equal neighbours are one entry: six hours of ticks are few entries unless the load is wild.
  if (!said_.empty() && said_.back().asked == decision.asked &&
      said_.back().fewest == decision.fewest) {
    said_.back().last = decision.at;
  } else {
    said_.push_back({decision.at, decision.at, decision.asked, decision.fewest});
  }
  while (said_.front().last < decision.at - kSaidKept) said_.pop_front();
  if (!decision.is_change()) return;
  const bool was_removal = last_action_ && last_action_->to < last_action_->from;
  if (was_removal && decision.to > decision.from) {
    last_regret_ = Regret{decision.at,
                          std::chrono::duration_cast<Milliseconds>(decision.at - last_action_->at)};
  }
  last_action_ = Action{decision.at, decision.from, decision.to};
  if (decision.to > decision.from) last_addition_ = last_action_;
  actions_.push_back(*last_action_);
  while (actions_.front().at <= decision.at - kActionsKept) actions_.pop_front();
}

void History::add_boot(Milliseconds took) {
  boots_.push_back(took);
  if (boots_.size() > kBootsKept) boots_.pop_front();
}

std::uint32_t History::added(TimePoint since) const {
  std::uint32_t sum = 0;
  for (const Action& action : actions_) {
    if (action.at > since && action.to > action.from) sum += action.to - action.from;
  }
  return sum;
}

std::uint32_t History::removed(TimePoint since) const {
  std::uint32_t sum = 0;
  for (const Action& action : actions_) {
    if (action.at > since && action.to < action.from) sum += action.from - action.to;
  }
  return sum;
}

std::uint32_t History::least_asked(TimePoint since, std::uint32_t now) const {
  for (auto said = said_.rbegin(); said != said_.rend() && said->last > since; ++said) {
    now = std::min(now, said->asked);
  }
  return now;
}

std::uint32_t History::most_fewest(TimePoint since, std::uint32_t now) const {
  for (auto said = said_.rbegin(); said != said_.rend() && said->last > since; ++said) {
    now = std::max(now, said->fewest);
  }
  return now;
}

Milliseconds History::boot_time() const {
  if (boots_.empty()) return Milliseconds(0);
  std::vector<Milliseconds> sorted(boots_.begin(), boots_.end());
  std::ranges::sort(sorted);
  const auto rank = static_cast<std::size_t>(std::ceil(0.9 * static_cast<double>(sorted.size())));
  return sorted[rank - 1];
}

}  // namespace gapura::autoscale
