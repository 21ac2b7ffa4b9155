/// Beginning a connection to a target: the one place where it is done. Worker thread only.
#pragma once

#include <memory>

#include "base/net/endpoint.h"
#include "proxy/link.h"

namespace gapura {
class Loop;
}

namespace gapura::proxy {

struct Connecting {
  std::unique_ptr<Link> link;  ///< null: `error` says why
  bool is_pending = false;     ///< its channel must become writable first, see connect_error()
  int error = 0;
};

Connecting start_connect(Loop& loop, TargetSlot& slot, const Endpoint& endpoint);
/// What came of a connect that was pending; 0: it is connected.
int connect_error(const Link& link) noexcept;
/// Our own trouble (no descriptors, no memory), not the target's: nobody is suspended for it.
bool is_local_error(int error) noexcept;

}  // namespace gapura::proxy
