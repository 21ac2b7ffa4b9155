#include "balancer/load_order.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace gapura::balancer {

bool LoadOrder::is_before(Place a, Place b) const noexcept {
  const Entry& x = entries_[a];
  const Entry& y = entries_[b];
  if (x.is_suspended != y.is_suspended) return y.is_suspended;
  const std::uint64_t of_x = std::uint64_t{x.in_flight} * y.weight;
  const std::uint64_t of_y = std::uint64_t{y.in_flight} * x.weight;
  return of_x != of_y ? of_x < of_y : x.picked < y.picked;
}

void LoadOrder::put(std::size_t at, Place place) noexcept {
  heap_[at] = place;
  entries_[place].at = static_cast<std::uint32_t>(at);
}

void LoadOrder::sift_up(std::size_t at) noexcept {
  const Place place = heap_[at];
  for (; at > 0 && is_before(place, heap_[(at - 1) / 2]); at = (at - 1) / 2) {
    put(at, heap_[(at - 1) / 2]);
  }
  put(at, place);
}

void LoadOrder::sift_down(std::size_t at) noexcept {
  const Place place = heap_[at];
  for (;;) {
    std::size_t child = 2 * at + 1;
    if (child >= live_) break;
    if (child + 1 < live_ && is_before(heap_[child + 1], heap_[child])) ++child;
    if (!is_before(heap_[child], place)) break;
    put(at, heap_[child]);
    at = child;
  }
  put(at, place);
}

/// Moves a changed entry to where it belongs.
void LoadOrder::settle(Place place) noexcept {
  sift_up(entries_[place].at);
  sift_down(entries_[place].at);
}

void LoadOrder::adopt(const Service& service) {
  const auto is_same = [](const Entry& entry, const Target& target) {
    return entry.state == target.state && entry.weight == target.weight;
  };
  if (std::ranges::equal(entries_, service.targets, is_same)) return;
  std::unordered_map<const TargetState*, std::uint64_t> picked;
  picked.reserve(entries_.size());
  for (const Entry& entry : entries_) picked.emplace(entry.state.get(), entry.picked);
  const std::vector<Entry> old = std::exchange(entries_, {});  // alive until the new are known
  const std::size_t count = service.targets.size();
  entries_.reserve(count);
  heap_.resize(count);
  live_ = count;
  for (std::size_t i = 0; i < count; ++i) {
    const Target& target = service.targets[i];
    const auto found = picked.find(target.state.get());
    // A newcomer is behind its equals: it gets its turn, not the next ones in a row.
    const std::uint64_t turn = found == picked.end() ? picks_ : found->second;
    entries_.push_back({.state = target.state, .weight = target.weight, .picked = turn});
    look(static_cast<Place>(i));
    put(i, static_cast<Place>(i));
  }
  for (std::size_t at = count / 2; at-- > 0;) sift_down(at);
  next_look_ = 0;
}

bool LoadOrder::look(Place place) noexcept {
  ++examined_;
  Entry& entry = entries_[place];
  const std::uint32_t in_flight = entry.state->in_flight.load(std::memory_order_relaxed);
  const bool is_out = is_suspended(*entry.state);
  if (entry.in_flight == in_flight && entry.is_suspended == is_out) return false;
  entry.in_flight = in_flight;
  entry.is_suspended = is_out;
  return true;
}

void LoadOrder::look_around() noexcept {
  for (std::size_t n = std::min(kLooks, entries_.size()); n > 0; --n) {
    const auto place = static_cast<Place>(next_look_);
    next_look_ = next_look_ + 1 == entries_.size() ? 0 : next_look_ + 1;
    if (look(place)) settle(place);
  }
}

void LoadOrder::take_off_top() noexcept {
  const Place top = heap_[0];
  --live_;
  put(0, heap_[live_]);
  put(live_, top);
  if (live_ > 0) sift_down(0);
}

void LoadOrder::put_back() noexcept {
  while (live_ < heap_.size()) {
    ++live_;
    sift_up(live_ - 1);
  }
}

/// The least one that is not excluded, its count verified as far as kVerifiedMax allows.
std::size_t LoadOrder::least(const PickRequest& request) {
  std::size_t found = kNoPlace;
  for (std::size_t verified = 0; live_ > 0;) {
    const Place top = heap_[0];
    if (is_excluded(request, *entries_[top].state)) {
      take_off_top();
      continue;
    }
    found = top;
    if (verified++ == kVerifiedMax || !look(top)) break;
    sift_down(0);
  }
  put_back();
  return found;
}

std::size_t LoadOrder::pick(const Service& /*service*/, const PickRequest& request) {
  look_around();
  std::size_t found = least(request);
  if (found != kNoPlace && entries_[found].is_suspended) {
    // Before a doubtful target is taken, make sure that none of them has recovered.
    for (Place place = 0; place < entries_.size(); ++place) {
      if (look(place)) settle(place);
    }
    found = least(request);
  }
  if (found == kNoPlace) return found;
  Entry& entry = entries_[found];
  ++entry.in_flight;  // the lease that is about to be taken
  entry.picked = ++picks_;
  sift_down(entry.at);
  return found;
}

}  // namespace gapura::balancer
