/// What happens, as the log and the event time line tell it: one sentence for both, and the members
/// for programs. Pure; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "autoscale/scaling.h"
#include "balancer/overlay.h"
#include "balancer/registry.h"
#include "base/log.h"
#include "conf/problem.h"

namespace gapura::admin {

struct Happening {
  std::string_view kind;  ///< "targetJoined"; static text
  log::Level level = log::Level::info;
  std::string message;          ///< one sentence, without its full stop
  boost::json::object details;  ///< "service", "target" and what the kind has besides
};

/// `overlay` is the registry's: it tells a target that was drained from one that was removed.
Happening happening_of(const balancer::Event& event, const balancer::Overlay& overlay);
Happening happening_of(const autoscale::ScalingEvent& event);

/// A configuration that came into force; `message` says what changed.
Happening config_reloaded(std::string message, Version version);
/// Mistakes that were not told before; `files` are those of which an earlier version is served, or
/// nothing. Not both are empty.
Happening config_broken(const std::vector<std::string>& files, const conf::Problems& problems);

}  // namespace gapura::admin
