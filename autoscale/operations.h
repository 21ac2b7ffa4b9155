/// Steps asked for by a hook or by hand, until they have ended and some time after. Control thread.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "autoscale/fleet/fleet.h"
#include "autoscale/scaling.h"

namespace gapura::autoscale {

class Operations {
 public:
  /// One of the service that has not ended; at most one there ever is.
  const Operation* running() const noexcept;
  const Operation* find(const std::string& id) const noexcept;
  Operation& begin(Operation operation);

  /// A step of the fleet was begun: the running operation may have waited for it.
  void note(const Step& step);
  /// Ends the running one unless a step was begun for it.
  void give_up(const std::string& why);
  /// Ends the running one when the fleet has come to where it was to.
  void look(const Fleet& fleet);

 private:
  static constexpr std::size_t kMost = 50;
  std::deque<Operation> all_;  ///< newest first
};

}  // namespace gapura::autoscale
