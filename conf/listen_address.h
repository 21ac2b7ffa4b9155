/// Where somebody listens. Value; any thread.
#pragma once

#include <cstdint>
#include <string>

namespace gapura::conf {

/// "[host]:port". An empty host means every address, IPv4 and IPv6.
struct ListenAddress {
  std::string host;        ///< "", an IP literal without brackets, or a name
  std::uint16_t port = 0;  ///< 0: any free port (tests and the demo)
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

}  // namespace gapura::conf
