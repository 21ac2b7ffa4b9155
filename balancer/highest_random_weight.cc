#include "balancer/highest_random_weight.h"

#include <utility>

#include "balancer/hash.h"
#include "balancer/rendezvous.h"
#include "balancer/standing.h"

namespace gapura::balancer {

std::size_t choose_child(const Snapshot& snapshot, const HighestRandomWeight& hashed,
                         const PickRequest& request) {
  const std::uint64_t key = hash_of(request.client_address);
  std::size_t best = hashed.children.front().place;
  std::pair<Standing, double> best_score{Standing::none, 0.0};
  for (const HighestRandomWeight::Child& child : hashed.children) {
    const Standing stands = standing(snapshot, snapshot.services[child.place], request);
    const std::pair score{stands, rendezvous_score(child.hash, key, child.weight)};
    if (score <= best_score) continue;
    best_score = score;
    best = child.place;
  }
  return best;
}

}  // namespace gapura::balancer
