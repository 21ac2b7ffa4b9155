/// One question to one target, and what is wrong with its answer. Control thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "balancer/health.h"
#include "base/net/endpoint.h"
#include "conf/dynamic_config.h"

namespace gapura::proxy {

/// The target is well when it can be connected to and, unless that is all that is asked for,
/// answers within the check's timeout with the status and the content that are wanted. At most 64
/// KiB of the answer are read. `endpoint` and `url` are the target's own; the check's port replaces
/// theirs. Host is that of `url` with the port that is asked, unless the check names one.
boost::asio::awaitable<balancer::ProbeResult> ask_target(boost::asio::io_context& loop,
                                                         Endpoint endpoint, conf::ServerUrl url,
                                                         conf::HealthCheck check);

}  // namespace gapura::proxy
