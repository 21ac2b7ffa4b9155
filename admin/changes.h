/// Changes by API, one at a time in the order of asking: proposed, made durable, applied, and known
/// to have reached every worker. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <system_error>
#include <variant>

#include "admin/change_trace.h"
#include "admin/condition.h"
#include "balancer/overlay.h"
#include "balancer/registry.h"

namespace gapura::admin {

/// Makes the overlay durable, then calls back on the control thread, at once or later.
using Persist = std::function<void(balancer::Overlay, std::function<void(std::error_code)>)>;

/// A change that was made.
struct Applied {
  Version version{};         ///< the first one with it, or one that followed at once
  bool is_adopted = false;   ///< every worker has it; false: they took longer than kAdoptionMax
  bool has_changed = false;  ///< false: everything was so already
};

class Changes {
 public:
  /// Why nothing was changed: refused, or it could not be made durable.
  using Outcome = std::variant<Applied, balancer::Refusal, std::error_code>;

  Changes(balancer::Registry& registry, Persist persist);

  /// `propose` is called when it is this change's turn, on what the changes before have made.
  /// What it changes is noted in `trace`, which may be null.
  boost::asio::awaitable<Outcome> make(std::function<balancer::Proposal()> propose,
                                       std::shared_ptr<ChangeTrace> trace);

  /// A worker has adopted a version.
  void on_adopted() { adopted_.notify(); }

  static constexpr Milliseconds kAdoptionMax{10'000};

 private:
  boost::asio::awaitable<std::error_code> save_and_apply(balancer::Overlay overlay,
                                                         std::shared_ptr<ChangeTrace> trace);

  balancer::Registry& registry_;
  Persist persist_;
  Turns turns_;
  Condition adopted_;
};

}  // namespace gapura::admin
