/// Why an address could not be listened on, and what to do about it. Start-up only; reads /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "conf/static_config.h"

namespace gapura::app {

struct PortHolder {
  pid_t pid = 0;     ///< 0: somebody listens, but this user may not see who
  std::string name;  ///< "nginx"
};

/// Who listens on the TCP port, over all local addresses of this network namespace. Never this
/// process itself. Nullopt: nobody does.
std::optional<PortHolder> find_port_holder(std::uint16_t port);

/// One message about a listening address refused with `error` (errno): what is in the way and what
/// to do. `what` names the address's role ("entry point \"web\"").
std::string explain_bind_failure(const std::string& what, const conf::ListenAddress& address,
                                 int error);

/// ":80", "127.0.0.1:8081", "[::1]:80".
std::string to_string(const conf::ListenAddress& address);

}  // namespace gapura::app
