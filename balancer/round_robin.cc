#include "balancer/round_robin.h"

#include <algorithm>
#include <unordered_map>

namespace gapura::balancer {
namespace {

/// How many parked targets each pick looks at: recovery is noticed soon, at a bounded cost.
constexpr std::size_t kParkedChecks = 8;

}  // namespace

// Numerators and denominators stay below 2 * 1,000,000 (the largest weight): products fit.
bool RoundRobin::VirtualTime::is_before(const VirtualTime& other) const noexcept {
  if (cycle != other.cycle) return cycle < other.cycle;
  return numerator * other.denominator < other.numerator * denominator;
}

bool RoundRobin::VirtualTime::is_same(const VirtualTime& other) const noexcept {
  return cycle == other.cycle && numerator * other.denominator == other.numerator * denominator;
}

bool RoundRobin::is_later(Place a, Place b) const noexcept {
  const Entry& x = entries_[a];
  const Entry& y = entries_[b];
  if (x.due.is_same(y.due)) return x.order > y.order;
  return y.due.is_before(x.due);
}

/// The first of the entry's turns that is not before now, so that nobody makes up for time away.
void RoundRobin::set_due(Entry& entry, bool is_after_now) const noexcept {
  const std::uint64_t weight = entry.weight;
  // Smallest k with (2k + 1) / 2w >= n / d, that is 2k + 1 >= 2wn / d.
  const std::uint64_t scaled = 2 * weight * now_.numerator;
  std::uint64_t least = (scaled + now_.denominator - 1) / now_.denominator;
  if (is_after_now && least * now_.denominator == scaled) ++least;
  const std::uint64_t turn = least / 2;
  entry.due = {now_.cycle, 2 * turn + 1, 2 * weight};
  if (turn >= weight) entry.due = {now_.cycle + 1, 1, 2 * weight};
}

bool RoundRobin::has_same_targets(const Service& service) const noexcept {
  const auto is_same = [](const Entry& entry, const Target& target) {
    return entry.state == target.state && entry.weight == target.weight;
  };
  return std::ranges::equal(entries_, service.targets, is_same);
}

void RoundRobin::adopt(const Service& service) {
  if (has_same_targets(service)) return;
  std::vector<Entry> old = std::move(entries_);
  std::unordered_map<const TargetState*, const Entry*> known;
  known.reserve(old.size());
  for (const Entry& entry : old) known.emplace(entry.state.get(), &entry);
  std::vector<bool> was_parked(old.size());
  for (const Place place : parked_) was_parked[place] = true;

  const std::size_t count = service.targets.size();
  const bool is_first = orders_given_ == 0;
  entries_.clear();
  entries_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Target& target = service.targets[i];
    Entry entry{.state = target.state, .weight = target.weight, .order = 0, .due = {}};
    const auto found = known.find(target.state.get());
    if (found == known.end()) {
      entry.order = is_first ? (i + count - offset_ % count) % count : orders_given_ + i;
      set_due(entry, false);
    } else {
      const Entry& before = *found->second;
      entry.order = before.order;
      entry.due = before.due;
      const bool is_parked = was_parked[static_cast<std::size_t>(&before - old.data())];
      if (is_parked || before.weight != entry.weight) set_due(entry, true);
    }
    entries_.push_back(std::move(entry));
  }
  orders_given_ += count;

  parked_.clear();
  parked_.reserve(count);
  heap_.resize(count);
  for (std::size_t i = 0; i < count; ++i) heap_[i] = static_cast<Place>(i);
  std::ranges::make_heap(heap_, [this](Place a, Place b) { return is_later(a, b); });
}

std::size_t RoundRobin::pick(const Service& /*service*/, const PickRequest& request) {
  unpark(kParkedChecks);
  std::size_t found = pick_from_heap(request);
  // Before a doubtful target is taken, make sure that none of the parked ones has recovered.
  if (found == kNoPlace && unpark(parked_.size())) found = pick_from_heap(request);
  return found == kNoPlace ? pick_parked(request) : found;
}

std::size_t RoundRobin::pick_from_heap(const PickRequest& request) {
  const auto later = [this](Place a, Place b) { return is_later(a, b); };
  std::size_t live = heap_.size();  // what lies behind has been taken out for the moment
  std::size_t found = kNoPlace;
  while (live > 0 && found == kNoPlace) {
    std::pop_heap(heap_.begin(), heap_.begin() + static_cast<std::ptrdiff_t>(live), later);
    const Place place = heap_[--live];
    const TargetRef& state = entries_[place].state;
    ++examined_;
    if (is_suspended(*state)) {
      heap_[live] = heap_.back();
      heap_.pop_back();
      parked_.push_back(place);
    } else if (!is_excluded(request, *state)) {
      found = place;
    }
  }
  if (found != kNoPlace) {
    Entry& entry = entries_[found];
    if (now_.is_before(entry.due)) now_ = entry.due;
    entry.due.numerator += 2;
    if (entry.due.numerator > entry.due.denominator) {
      entry.due = {entry.due.cycle + 1, 1, entry.due.denominator};
    }
  }
  // Tried ones keep their turn: the next request may use them.
  while (live < heap_.size()) {
    ++live;
    std::push_heap(heap_.begin(), heap_.begin() + static_cast<std::ptrdiff_t>(live), later);
  }
  return found;
}

/// Puts back those of the next `checks` parked targets that are suspended no longer.
bool RoundRobin::unpark(std::size_t checks) {
  bool has_some = false;
  for (std::size_t n = std::min(checks, parked_.size()); n > 0 && !parked_.empty(); --n) {
    if (parked_next_ >= parked_.size()) parked_next_ = 0;
    const Place place = parked_[parked_next_];
    ++examined_;
    if (is_suspended(*entries_[place].state)) {
      ++parked_next_;
      continue;
    }
    parked_[parked_next_] = parked_.back();
    parked_.pop_back();
    set_due(entries_[place], true);
    heap_.push_back(place);  // never allocates: it has held all entries before
    std::ranges::push_heap(heap_, [this](Place a, Place b) { return is_later(a, b); });
    has_some = true;
  }
  return has_some;
}

/// In turn, whatever the weights: none of them is known to work.
std::size_t RoundRobin::pick_parked(const PickRequest& request) {
  for (std::size_t n = parked_.size(); n > 0; --n) {
    if (parked_next_ >= parked_.size()) parked_next_ = 0;
    const Place place = parked_[parked_next_++];
    if (!is_excluded(request, *entries_[place].state)) return place;
  }
  return kNoPlace;
}

}  // namespace gapura::balancer
