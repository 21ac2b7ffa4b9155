/// An IP address with a port, as the kernel takes it. Value; any thread.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gapura {

/// IPv4 or IPv6 address and port. IPv4-mapped IPv6 addresses are always held as plain IPv4, so that
/// one client has one spelling in X-Forwarded-For, allow lists and logs.
class Endpoint {
 public:
  Endpoint() noexcept { storage_.v6 = {}; }

  /// From what accept(2) or getsockname(2) filled in.
  static Endpoint from(const sockaddr* address) noexcept;

  /// `host` is an IPv4 or IPv6 literal without brackets; nullopt for anything else (a name, say).
  static std::optional<Endpoint> parse(std::string_view host, std::uint16_t port);

  const sockaddr* data() const noexcept { return &storage_.any; }
  socklen_t size() const noexcept {
    return storage_.any.sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  }
  bool is_set() const noexcept { return storage_.any.sa_family != AF_UNSPEC; }
  bool is_v4() const noexcept { return storage_.any.sa_family == AF_INET; }
  std::uint16_t port() const noexcept;
  /// The same address with another port. Not set stays not set.
  Endpoint with_port(std::uint16_t port) const noexcept;

  /// "10.0.0.5" or "2001:db8::1", no brackets; "" when not set.
  std::string address() const;
  /// "10.0.0.5:80" or "[2001:db8::1]:80"; "" when not set.
  std::string to_string() const;

  friend bool operator==(const Endpoint& a, const Endpoint& b) noexcept;

 private:
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  } storage_;
};

}  // namespace gapura
