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

/// `hooks`, and that nobody else listens there. After entry points and admin.
void read_hooks(yaml::Section& root, StaticConfig& config);
/// `notify`, `sd`.
void read_notify(yaml::Section& root, StaticConfig& config);
void read_targets_file(yaml::Section& root, StaticConfig& config);

/// `address` of a listener of our own: "[host]:port", or "unix:/path". Those that it does not say
/// are left as they are.
void read_own_address(yaml::Section& section, ListenAddress& address,
                      std::filesystem::path& unix_path);
/// `<name>File` or `<name>Env`, of which one must be given. `name` is a literal in the caller.
void read_secret(yaml::Section& section, std::string_view file_key, std::string_view env_key,
                 Secret& secret);
/// Whether one listener would take the other's connections: same port, and an address in common.
bool overlaps(const ListenAddress& a, const ListenAddress& b);

/// `log`, `accessLog`, `metrics`, `ping`, `api`.
void read_observation(yaml::Section& root, StaticConfig& config);

/// Traefik's name of its internal entry point.
inline constexpr std::string_view kInternalEntryPoint = "traefik";

}  // namespace gapura::conf
