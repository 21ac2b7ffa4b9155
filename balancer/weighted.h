/// `weighted`: children take turns by weight, exactly over each cycle of a worker (turns.h). A
/// child without a good target is passed over as long as another one has some. One worker's.
#pragma once

#include <cstddef>
#include <string>

#include "balancer/pick_request.h"
#include "balancer/snapshot.h"
#include "balancer/turns.h"

namespace gapura::balancer {

class WeightedTurns {
 public:
  explicit WeightedTurns(std::uint32_t offset) noexcept : turns_(offset) {}

  /// With each snapshot, before choose_child(). Children that were there keep their turns.
  void adopt(const Weighted& weighted);
  /// Place in Snapshot::services. Where the request's cookie names a child that can serve, that
  /// one; `cookie` grows by the line that is due when it does not.
  std::size_t choose_child(const Snapshot& snapshot, const Weighted& weighted,
                           const PickRequest& request, std::string& cookie);

 private:
  std::size_t next(const Snapshot& snapshot, const Weighted& weighted, const PickRequest& request);
  Turns turns_;
};

}  // namespace gapura::balancer
