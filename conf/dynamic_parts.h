/// The parts of a dynamic file, each read by a function of its own. Private to conf.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conf/dynamic_config.h"
#include "conf/nearest.h"
#include "conf/section.h"
#include "conf/weight.h"

namespace gapura::conf {

/// A router; whatever is wrong with it becomes its fault, and an error.
RouterConfig read_router(yaml::Reader& reader, const std::string& name, const yaml::Value& value);

/// A service; whatever is wrong with it, but for single servers, becomes its fault, and an error.
ServiceConfig read_service(yaml::Reader& reader, const std::string& name, const yaml::Value& value);

/// Of a service: `strategy` and what belongs to it.
void read_strategy(yaml::Section& balancer, ServiceConfig& out);
/// Of a service: `sticky`, whatever its kind.
void read_sticky(yaml::Section& kind, std::optional<StickyCookie>& out);
/// A service over services; `kind` is its key. Whatever is wrong is an error.
Composite read_composite(yaml::Section& section, std::string_view kind);
/// The name of a service as it is referred to, without "@file"; another provider is an error at
/// `at`. `disabled`: what is, by that ("router").
std::string service_name(yaml::Reader& reader, const yaml::Value& at, std::string text,
                         std::string_view disabled);
/// Of a service: `healthCheck`, `passiveHealthCheck`, `slowStart` and `panicThreshold`.
void read_health(yaml::Section& balancer, ServiceConfig& out);
/// Of a service: `drain`, `drainTimeout` and `drainUpgradeTimeout`. After `sticky`.
void read_drain(yaml::Section& balancer, ServiceConfig& out);
/// Of a service: `maxInFlight` and `queue`.
void read_queue(yaml::Section& balancer, ServiceConfig& out);
/// What `queue` means, once it is known whether the service scales from zero.
void settle_queue(yaml::Section& balancer, ServiceConfig& out);

/// Of a service: `autoscale`. What is wrong in it is an error and turns it off, with a fault; it
/// does not disable the service. Nothing: there is none.
std::optional<Autoscale> read_autoscale(yaml::Section& service, const std::string& name);
/// Of `autoscale`: what scaling goes by.
void read_signals(yaml::Section& autoscale, Autoscale& out);
/// A number from `min` to `max`; leaves `out` as it is when the key is absent or wrong (reported).
void read_number(yaml::Section& section, std::string_view key, double min, double max, double& out);
/// Of `autoscale`: `provider`.
std::optional<Provider> read_provider(yaml::Section& autoscale, const std::string& service);
/// Of `provider`: `http`, its preset filled in.
std::optional<HttpProvider> read_http_provider(yaml::Section& http);
/// An error for every placeholder ("{{name}}") outside of `provider`: there it would stay as it is.
void refuse_stray_placeholders(yaml::Reader& reader, const yaml::Value& root);

/// Of all files: children that do not exist, are disabled, or lead back to their parents disable
/// these.
void resolve_children(DynamicConfig& config, Guess& guess, Problems& problems);

}  // namespace gapura::conf
