/// hrw: requests with the same key go to the same target as long as it can be picked, whatever
/// worker or instance of Gapura they meet (rendezvous hashing; Thaler and Ravishankar, 1998). When
/// a target comes or goes only the keys that it gains or had move; a suspended target's keys move
/// to others and come back. Weighted by -weight / ln(u), the highest wins (Schindelhauer and
/// Schomaker, 2005). One worker's; O(n): every target is looked at.
#pragma once

#include <cstdint>
#include <vector>

#include "balancer/hash.h"
#include "balancer/pick_request.h"

namespace gapura::balancer {

/// Of something with this hash for a key with that one; the higher the better. Above 0.
double rendezvous_score(std::uint64_t hash, std::uint64_t key_hash, double weight) noexcept;

class Rendezvous {
 public:
  explicit Rendezvous(const PickStart& start) noexcept : chance_(start.seed) {}

  void adopt(const Service& service);
  /// A request without the key goes anywhere, by weight.
  std::size_t pick(const Service& service, const PickRequest& request);
  std::uint64_t examined() const noexcept { return examined_; }

 private:
  Chance chance_;
  std::vector<std::uint64_t> hashes_;  ///< of the targets' ids
  bool has_weights_ = false;           ///< they differ
  std::uint64_t examined_ = 0;
};

}  // namespace gapura::balancer
