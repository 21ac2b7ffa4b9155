#include "balancer/weighted_draw.h"

#include <bit>
#include <numeric>

namespace gapura::balancer {
namespace {

/// How many parked targets each pick looks at: recovery is noticed soon, at a bounded cost.
constexpr std::size_t kParkedChecks = 8;

}  // namespace

void WeightedDraw::adopt(const Service& service) {
  const std::size_t count = service.targets.size();
  std::uint32_t divisor = 0;
  for (const Target& target : service.targets) divisor = std::gcd(divisor, target.weight);
  divisor_ = std::max(divisor, 1U);
  sums_.assign(count + 1, 0);
  total_ = 0;
  for (std::size_t i = 1; i <= count; ++i) {
    const std::uint64_t own = weight(service, i - 1);
    sums_[i] += own;
    total_ += own;
    const std::size_t parent = i + (i & (~i + 1));
    if (parent <= count) sums_[parent] += sums_[i];
  }
  parked_.clear();
  parked_.reserve(count);
  parked_next_ = 0;
  aside_.clear();
  aside_.reserve(count);
}

void WeightedDraw::add(std::size_t place, std::uint64_t change) noexcept {
  total_ += change;
  for (std::size_t i = place + 1; i < sums_.size(); i += i & (~i + 1)) sums_[i] += change;
}

/// The first target with which the sum of weights exceeds `unit`.
std::size_t WeightedDraw::place_of_unit(std::uint64_t unit) const noexcept {
  std::size_t at = 0;
  for (std::size_t step = std::bit_floor(sums_.size()); step > 0; step /= 2) {
    if (at + step >= sums_.size() || sums_[at + step] > unit) continue;
    at += step;
    unit -= sums_[at];
  }
  return at;
}

/// `known`: a place that was found good before, and is not to be judged again (its flag may have
/// changed meanwhile, but a unit of it is missing from the sums).
std::size_t WeightedDraw::draw(const Service& service, const PickRequest& request,
                               std::size_t known) {
  while (total_ > 0) {
    const std::size_t place = place_of_unit(chance_.below(total_));
    if (place == known) return place;
    const TargetState& state = *service.targets[place].state;
    ++examined_;
    const bool is_out = is_suspended(state);
    if (!is_out && !is_excluded(request, state)) return place;
    add(place, std::uint64_t{0} - weight(service, place));
    (is_out ? parked_ : aside_).push_back(static_cast<Place>(place));
  }
  return kNoPlace;
}

/// Puts back those of the next `checks` parked targets that are suspended no longer.
void WeightedDraw::unpark(const Service& service, std::size_t checks) {
  for (std::size_t n = std::min(checks, parked_.size()); n > 0; --n) {
    if (parked_next_ >= parked_.size()) parked_next_ = 0;
    const Place place = parked_[parked_next_];
    ++examined_;
    if (is_suspended(*service.targets[place].state)) {
      ++parked_next_;
      continue;
    }
    parked_[parked_next_] = parked_.back();
    parked_.pop_back();
    add(place, weight(service, place));
  }
}

std::size_t WeightedDraw::draw_doubtful(const Service& service, const PickRequest& request) {
  const std::size_t count = parked_.size();
  if (count == 0) return kNoPlace;
  const std::size_t start = static_cast<std::size_t>(chance_.below(count));
  for (std::size_t n = 0; n < count; ++n) {
    const Place place = parked_[(start + n) % count];
    ++examined_;
    if (!is_excluded(request, *service.targets[place].state)) return place;
  }
  return kNoPlace;
}

void WeightedDraw::put_back(const Service& service) {
  for (const Place place : aside_) add(place, weight(service, place));
  aside_.clear();
}

/// Leaves excluded ones out of the sums: put_back() follows.
std::size_t WeightedDraw::first(const Service& service, const PickRequest& request) {
  unpark(service, kParkedChecks);
  const std::size_t found = draw(service, request, kNoPlace);
  if (found != kNoPlace || parked_.empty()) return found;
  // Before a doubtful target is taken, make sure that none of the parked ones has recovered.
  unpark(service, parked_.size());
  return draw(service, request, kNoPlace);
}

std::size_t WeightedDraw::one(const Service& service, const PickRequest& request) {
  const std::size_t found = first(service, request);
  put_back(service);
  return found != kNoPlace ? found : draw_doubtful(service, request);
}

std::pair<std::size_t, std::size_t> WeightedDraw::two(const Service& service,
                                                      const PickRequest& request) {
  const std::size_t found = first(service, request);
  std::size_t other = found;
  if (found != kNoPlace && total_ > 1) {
    add(found, ~std::uint64_t{0});  // the unit that was drawn is gone
    const std::size_t drawn = draw(service, request, found);
    add(found, 1);
    if (drawn != kNoPlace) other = drawn;
  }
  put_back(service);
  if (found != kNoPlace) return {found, other};
  const std::size_t doubtful = draw_doubtful(service, request);
  return {doubtful, doubtful};
}

}  // namespace gapura::balancer
