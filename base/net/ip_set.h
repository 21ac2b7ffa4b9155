/// A set of IP networks, for trustedIPs and allow lists. Immutable once filled; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/net/endpoint.h"

namespace gapura {

class IpSet {
 public:
  /// "10.0.0.0/8", "2001:db8::/32" or a single address. False when it is neither.
  bool add(std::string_view network);
  bool contains(const Endpoint& address) const noexcept;
  bool is_empty() const noexcept { return networks_.empty(); }

 private:
  /// IPv4 is held as IPv4-mapped IPv6, so that there is one comparison.
  struct Network {
    std::array<std::uint8_t, 16> bytes;
    unsigned bits;
  };
  std::vector<Network> networks_;
};

}  // namespace gapura
