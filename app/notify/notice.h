/// What the outside is told of, as a message. Pure; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "autoscale/autoscaler.h"
#include "balancer/registry.h"
#include "conf/hooks.h"

namespace gapura::app {

/// Empty and unset members mean nothing for this event.
struct Notice {
  conf::NotifyEvent event = conf::NotifyEvent::joined;
  std::string service, target, url, state, reason;
  std::optional<std::uint32_t> from, to;       ///< sizes, of scaled
  std::optional<std::uint32_t> finished, cut;  ///< requests, of drained
  std::optional<double> seconds;               ///< that a drain took
  std::chrono::system_clock::time_point time{};
};

/// What there is to tell of an event, often nothing. A target that serves as it joins is told as
/// both.
std::vector<Notice> notices_of(const balancer::Event& event,
                               std::chrono::system_clock::time_point time);
std::vector<Notice> notices_of(const autoscale::ScalingEvent& event,
                               std::chrono::system_clock::time_point time);

/// One JSON object with the members that mean something, or `to.body` with them put in; there they
/// are escaped for the inside of JSON texts, unless `to.content_type` is another type.
std::string message_of(const Notice& notice, const conf::Notify& to);
std::string content_type_of(const conf::Notify& to);

}  // namespace gapura::app
