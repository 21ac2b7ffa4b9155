/// Targets that registered themselves (PUT …/targets/{id}?ttl=30s), and until when that counts.
/// What is registered is in the overlay, and so in the state file; after a restart each has its
/// whole time again. Control thread only.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "admin/rest/call.h"
#include "balancer/overlay.h"
#include "base/clock.h"

namespace gapura::admin {

class Registrations {
 public:
  /// It counts for `ttl` from `now` on; 0: it does not end.
  void renew(const TargetName& target, Milliseconds ttl, TimePoint now);
  /// Those of `overlay` whose time is over. Ones not known yet have theirs from `now` on.
  std::vector<TargetName> expired(const balancer::Overlay& overlay, TimePoint now);
  bool is_expired(const TargetName& target, TimePoint now) const;

 private:
  using Key = std::pair<std::string, std::string>;  ///< service, id
  std::map<Key, TimePoint> ends_;
};

}  // namespace gapura::admin
