/// What a request changed, noted where it is changed: the audit log's "changes". Control thread
/// only.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "balancer/overlay.h"

namespace gapura::admin {

struct ChangeTrace {
  /// {"service","target","before","after"} for each target that the overlays say different things
  /// of; null: nothing, it is as the files have it. Else {"url","weight","origin"} of one that was
  /// added, and "removed" or "drained": true.
  void note(const balancer::Overlay& before, const balancer::Overlay& after);
  /// Anything else, if it is not the same: `what` says of what, as in {"service","what"}.
  void note(boost::json::object what, boost::json::value before, boost::json::value after);

  boost::json::array changes;
};

}  // namespace gapura::admin
