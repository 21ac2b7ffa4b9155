/// Who is to be watched, as Prometheus reads it from http_sd and file_sd. Pure; any thread.
#pragma once

#include <span>
#include <string>

#include "balancer/registry.h"
#include "conf/hooks.h"

namespace gapura::admin {

/// A JSON array with one object a service: {"targets":["10.0.0.5:9100"],"labels":{…}}, the label
/// `service` among them unless `wanted` has another of that name. Each machine is named once, with
/// `wanted.port`. Those that are on their way out are left out; suspended ones are not, since a
/// machine in trouble is the one to watch. `wanted.file` is not looked at.
std::string discovery_text(std::span<const balancer::ServiceView> services,
                           const conf::TargetsFile& wanted);

}  // namespace gapura::admin
