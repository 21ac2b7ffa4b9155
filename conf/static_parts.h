/// The parts of the static file, each read by a function of its own. Private to conf.
#pragma once

#include "conf/section.h"
#include "conf/static_config.h"

namespace gapura::conf {

/// `entryPoints`, Traefik's internal one ("traefik") included; the default one when there is none.
void read_entry_points(yaml::Section& root, StaticConfig& config);

/// Two listeners on one address, and listeners that would take each other's place.
void check_addresses(const StaticConfig& config, yaml::Reader& reader);

void read_providers(yaml::Section& root, StaticConfig& config);
void read_admin(yaml::Section& root, StaticConfig& config);

/// `log`, `accessLog`, `metrics`, `ping`, `api`.
void read_observation(yaml::Section& root, StaticConfig& config);

/// Traefik's name of its internal entry point.
inline constexpr std::string_view kInternalEntryPoint = "traefik";

}  // namespace gapura::conf
