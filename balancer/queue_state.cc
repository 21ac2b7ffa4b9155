#include "balancer/queue_state.h"

namespace gapura::balancer {

std::optional<unsigned> QueueState::longest_waiting() const noexcept {
  std::optional<unsigned> found;
  std::int64_t least = 0;
  for (unsigned i = 0; i < oldest_.size(); ++i) {
    const std::int64_t since = oldest_[i].load(std::memory_order_seq_cst);
    if (since == 0 || (found && since >= least)) continue;
    found = i;
    least = since;
  }
  return found;
}

}  // namespace gapura::balancer
