/// What an exchange remembers that goes through services over services; all others have none.
/// Worker thread only.
#pragma once

#include "balancer/ways.h"
#include "proxy/kept_bytes.h"

namespace gapura::proxy {

struct Journey {
  Journey(BufferPool& buffers, KeptBudget& budget) noexcept : body(buffers, budget) {}

  balancer::Way way;        ///< of the last attempt
  balancer::Fallen fallen;  ///< of all
  KeptBytes body;           ///< of the request as far as it was read, if it may be needed again
};

}  // namespace gapura::proxy
