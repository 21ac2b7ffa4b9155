#include "balancer/rendezvous.h"

#include <cmath>

#include "balancer/request_key.h"

namespace gapura::balancer {
namespace {

/// In (0, 1): 52 bits and a half, exact, and never 0 or 1.
double unit(std::uint64_t hash, std::uint64_t key_hash) noexcept {
  return (static_cast<double>(mix(hash ^ key_hash) >> 12) + 0.5) * 0x1p-52;
}

}  // namespace

double rendezvous_score(std::uint64_t hash, std::uint64_t key_hash, double weight) noexcept {
  return -weight / std::log(unit(hash, key_hash));
}

void Rendezvous::adopt(const Service& service) {
  hashes_.clear();
  hashes_.reserve(service.targets.size());
  has_weights_ = false;
  for (const Target& target : service.targets) {
    hashes_.push_back(hash_of(target.state->id));
    has_weights_ = has_weights_ || target.weight != service.targets.front().weight;
  }
}

std::size_t Rendezvous::pick(const Service& service, const PickRequest& request) {
  const std::string_view key = request_key(service.hash_key, request);
  const std::uint64_t key_hash = key.empty() ? chance_.next() : hash_of(key);
  struct Best {
    std::size_t place = kNoPlace;
    double score = 0;
  };
  Best healthy, suspended;
  for (std::size_t i = 0; i < hashes_.size(); ++i) {
    const Target& target = service.targets[i];
    // Equal weights need no logarithm: it keeps the order.
    const double own = has_weights_ ? rendezvous_score(hashes_[i], key_hash, target.weight)
                                    : unit(hashes_[i], key_hash);
    // Most lose against the best so far, and need no look at what other threads write.
    if (own <= healthy.score) continue;
    ++examined_;
    if (is_excluded(request, *target.state)) continue;
    Best& best = is_suspended(*target.state) ? suspended : healthy;
    if (own > best.score) best = {i, own};
  }
  return healthy.place != kNoPlace ? healthy.place : suspended.place;
}

}  // namespace gapura::balancer
