/// The parts of a dynamic file, each read by a function of its own. Private to conf.
#pragma once

#include <string>

#include "conf/dynamic_config.h"
#include "conf/section.h"

namespace gapura::conf {

/// A router; whatever is wrong with it becomes its fault, and an error.
RouterConfig read_router(yaml::Reader& reader, const std::string& name, const yaml::Value& value);

/// A service; whatever is wrong with it, but for single servers, becomes its fault, and an error.
ServiceConfig read_service(yaml::Reader& reader, const std::string& name, const yaml::Value& value);

/// Of a service: `strategy` and what belongs to it.
void read_strategy(yaml::Section& balancer, ServiceConfig& out);
/// Of a service: `sticky`.
void read_sticky(yaml::Section& balancer, ServiceConfig& out);
/// Of a service: `healthCheck`, `passiveHealthCheck` and `slowStart`.
void read_health(yaml::Section& balancer, ServiceConfig& out);
/// Of a service: `maxInFlight` and `queue`.
void read_queue(yaml::Section& balancer, ServiceConfig& out);

}  // namespace gapura::conf
