#include "proxy/service_terms.h"

#include <string>

#include "proxy/worker.h"

namespace gapura::proxy {

void ServiceTerms::note_failed_request(Worker& worker, const Lease& lease,
                                       std::string_view reason) const {
  if (failures_max == 0) return;
  if (!lease.state().failures.note(Clock::now(), failure_window, failures_max)) return;
  worker.observations().requests_fail(lease.slot().state, std::string(reason));
}

void ServiceTerms::note(Worker& worker, const Lease& lease, Failure failure) const {
  if (row(failure).fault == Fault::target) {
    note_failed_request(worker, lease, row(failure).name);
  }
  worker.faults().note(lease.state(), failure, Clock::now());
}

void ServiceTerms::release(Worker& worker, Lease& lease) const {
  const balancer::TargetRef target = lease.slot().state;
  if (lease.release()) worker.observations().went_idle(target);
  if (is_limited) worker.line(slot).has_room();
}

}  // namespace gapura::proxy
