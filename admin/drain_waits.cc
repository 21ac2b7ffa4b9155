#include "admin/drain_waits.h"

#include <algorithm>
#include <utility>

namespace gapura::admin {
namespace net = boost::asio;
using balancer::Event;
using balancer::Phase;

struct DrainWaits::Wait::Shared {
  Condition changed;
  std::list<Wait*> waits;
};

DrainWaits::DrainWaits(const balancer::Registry& registry)
    : registry_(registry), shared_(std::make_shared<Wait::Shared>()) {}

void DrainWaits::on_event(const Event& event) {
  if (event.target.id.empty()) return;  // it is about no target
  for (Wait* wait : shared_->waits) wait->note(event);
  shared_->changed.notify();
}

net::awaitable<Waited> DrainWaits::until(std::function<bool()> is_met,
                                         std::shared_ptr<Departure> departure, TimePoint deadline) {
  const auto shared = shared_;
  co_return co_await shared->changed.until(std::move(is_met), std::move(departure), deadline);
}

DrainWaits::Wait::Wait(DrainWaits& waits, std::string service, std::string id)
    : registry_(waits.registry_),
      shared_(waits.shared_),
      place_(shared_->waits.insert(shared_->waits.end(), this)),
      service_(std::move(service)),
      id_(std::move(id)) {}

DrainWaits::Wait::~Wait() {
  shared_->waits.erase(place_);
}

void DrainWaits::Wait::note(const Event& event) {
  const balancer::TargetView& target = event.target;
  if (target.service != service_ || (target.id != id_ && target.listed_id != id_)) return;
  if (event.kind == Event::Kind::drained && event.drain) {
    // The first ending counts: a target of the same name may come and go again later.
    if (!event.drain->was_cancelled) results_.emplace(target.id, *event.drain);
    if (event.drain->was_cancelled) is_cancelled_ = true;
  } else if (event.kind == Event::Kind::phase_changed && event.from == Phase::draining &&
             target.phase != Phase::gone) {
    is_cancelled_ = true;
  }
}

net::awaitable<DrainWaits::Ending> DrainWaits::Wait::end(std::shared_ptr<Departure> departure,
                                                         TimePoint deadline) {
  Ending ending;
  std::function<bool()> has_ended = [this, &ending] {
    for (const auto& target : find_targets(registry_, service_, id_, Clock::now())) {
      if (results_.contains(target.id) || target.phase == Phase::gone) continue;
      if (!is_cancelled_ && target.phase == Phase::draining) return false;
      ending.kind = Ending::Kind::cancelled;
      return true;
    }
    return true;
  };
  const Waited waited = co_await shared_->changed.until(std::move(has_ended), departure, deadline);
  if (waited == Waited::departed) ending.kind = Ending::Kind::departed;
  if (waited == Waited::timed_out) ending.kind = Ending::Kind::timed_out;
  for (const auto& [id, result] : results_) {
    ending.result.took = std::max(ending.result.took, result.took);
    ending.result.finished += result.finished;
    ending.result.cut += result.cut;
  }
  co_return ending;
}

std::vector<balancer::TargetView> find_targets(const balancer::Registry& registry,
                                               const std::string& service, const std::string& id,
                                               TimePoint now) {
  auto found = registry.service(service, now);
  if (!found) return {};
  std::erase_if(found->targets, [&](const balancer::TargetView& target) {
    return target.id != id && target.listed_id != id;
  });
  return std::move(found->targets);
}

}  // namespace gapura::admin
