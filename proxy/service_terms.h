/// What a service asks of whoever uses one of its targets, when something fails there and when it
/// is left. Value; worker thread only.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "proxy/failure.h"

namespace gapura::proxy {

class Lease;
class Worker;

struct ServiceTerms {
  ServiceSlot slot{};
  bool is_limited = false;    ///< by maxInFlight: others may wait for the room
  unsigned failures_max = 0;  ///< of passive checks; 0: none
  Milliseconds failure_window{0};

  /// For passive checks: a request failed at the lease's target, for `reason`.
  void note_failed_request(Worker& worker, const Lease& lease, std::string_view reason) const;
  /// The same, should the failure be the target's, and the log's line of it.
  void note(Worker& worker, const Lease& lease, Failure failure) const;
  /// Gives up the lease, and tells who waits for that: a drain, and the service's waiting line.
  void release(Worker& worker, Lease& lease) const;
};

}  // namespace gapura::proxy
