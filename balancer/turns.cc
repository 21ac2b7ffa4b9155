#include "balancer/turns.h"

#include <algorithm>
#include <unordered_map>

namespace gapura::balancer {

// Numerators and denominators stay below 2 * 10,000,000 (the largest weight): products fit.
bool Turns::VirtualTime::is_before(const VirtualTime& other) const noexcept {
  if (cycle != other.cycle) return cycle < other.cycle;
  return numerator * other.denominator < other.numerator * denominator;
}

bool Turns::VirtualTime::is_same(const VirtualTime& other) const noexcept {
  return cycle == other.cycle && numerator * other.denominator == other.numerator * denominator;
}

bool Turns::is_later(Place a, Place b) const noexcept {
  const Entry& x = entries_[a];
  const Entry& y = entries_[b];
  if (x.due.is_same(y.due)) return x.order > y.order;
  return y.due.is_before(x.due);
}

/// The first of the entry's turns that is not before now, so that nobody makes up for time away.
void Turns::set_due(Entry& entry, bool is_after_now) const noexcept {
  const std::uint64_t weight = entry.weight;
  // Smallest k with (2k + 1) / 2w >= n / d, that is 2k + 1 >= 2wn / d.
  const std::uint64_t scaled = 2 * weight * now_.numerator;
  std::uint64_t least = (scaled + now_.denominator - 1) / now_.denominator;
  if (is_after_now && least * now_.denominator == scaled) ++least;
  const std::uint64_t turn = least / 2;
  entry.due = {now_.cycle, 2 * turn + 1, 2 * weight};
  if (turn >= weight) entry.due = {now_.cycle + 1, 1, 2 * weight};
}

bool Turns::has_same(std::span<const Item> items) const noexcept {
  const auto is_same = [](const Entry& entry, const Item& item) {
    return entry.key == item.key && entry.weight == item.weight;
  };
  return std::ranges::equal(entries_, items, is_same);
}

void Turns::adopt(std::span<const Item> items) {
  if (has_same(items)) return;
  std::vector<Entry> old = std::move(entries_);
  std::unordered_map<std::uint64_t, const Entry*> known;
  known.reserve(old.size());
  for (const Entry& entry : old) known.emplace(entry.key, &entry);
  std::vector<bool> was_parked(old.size());
  for (const Place place : parked_) was_parked[place] = true;

  const std::size_t count = items.size();
  const bool is_first = orders_given_ == 0;
  entries_.clear();
  entries_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Entry entry{.key = items[i].key, .weight = items[i].weight, .order = 0, .due = {}};
    const auto found = known.find(entry.key);
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

/// The earliest of the first `live` ones comes to their end.
void Turns::pop_earliest(std::size_t live) noexcept {
  std::pop_heap(heap_.begin(), heap_.begin() + static_cast<std::ptrdiff_t>(live),
                [this](Place a, Place b) { return is_later(a, b); });
}

/// Of the one just behind the `live` ones.
void Turns::park(std::size_t live) {
  parked_.push_back(heap_[live]);
  heap_[live] = heap_.back();
  heap_.pop_back();
}

void Turns::take_turn(Place place) noexcept {
  Entry& entry = entries_[place];
  if (now_.is_before(entry.due)) now_ = entry.due;
  entry.due.numerator += 2;
  if (entry.due.numerator > entry.due.denominator) {
    entry.due = {entry.due.cycle + 1, 1, entry.due.denominator};
  }
}

void Turns::put_back(std::size_t live) noexcept {
  while (live < heap_.size()) {
    ++live;
    std::push_heap(heap_.begin(), heap_.begin() + static_cast<std::ptrdiff_t>(live),
                   [this](Place a, Place b) { return is_later(a, b); });
  }
}

/// The parked one whose turn it is to be looked at.
void Turns::take_back_parked() noexcept {
  const Place place = parked_[parked_next_];
  parked_[parked_next_] = parked_.back();
  parked_.pop_back();
  set_due(entries_[place], true);
  heap_.push_back(place);  // never allocates: it has held all entries before
  std::ranges::push_heap(heap_, [this](Place a, Place b) { return is_later(a, b); });
}

}  // namespace gapura::balancer
