#include "base/net/endpoint.h"

#include <arpa/inet.h>

#include <cstring>

namespace gapura {

Endpoint Endpoint::from(const sockaddr* address) noexcept {
  Endpoint out;
  if (address->sa_family == AF_INET) {
    std::memcpy(&out.storage_.v4, address, sizeof(sockaddr_in));
    return out;
  }
  if (address->sa_family != AF_INET6) return out;
  sockaddr_in6 v6{};
  std::memcpy(&v6, address, sizeof v6);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    out.storage_.v4.sin_family = AF_INET;
    out.storage_.v4.sin_port = v6.sin6_port;
    std::memcpy(&out.storage_.v4.sin_addr, &v6.sin6_addr.s6_addr[12], 4);
    return out;
  }
  out.storage_.v6 = v6;
  return out;
}

std::optional<Endpoint> Endpoint::parse(std::string_view host, std::uint16_t port) {
  // inet_pton would stop at a NUL and accept what is before it.
  if (host.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string text(host);
  Endpoint out;
  if (inet_pton(AF_INET, text.c_str(), &out.storage_.v4.sin_addr) == 1) {
    out.storage_.v4.sin_family = AF_INET;
    out.storage_.v4.sin_port = htons(port);
    return out;
  }
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) != 1) return std::nullopt;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  sockaddr_storage any{};
  std::memcpy(&any, &v6, sizeof v6);
  return from(reinterpret_cast<const sockaddr*>(&any));
}

std::uint16_t Endpoint::port() const noexcept {
  if (!is_set()) return 0;
  return ntohs(is_v4() ? storage_.v4.sin_port : storage_.v6.sin6_port);
}

Endpoint Endpoint::with_port(std::uint16_t port) const noexcept {
  Endpoint out = *this;
  if (is_set()) (is_v4() ? out.storage_.v4.sin_port : out.storage_.v6.sin6_port) = htons(port);
  return out;
}

std::string Endpoint::address() const {
  if (!is_set()) return {};
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes = is_v4() ? static_cast<const void*>(&storage_.v4.sin_addr)
                              : static_cast<const void*>(&storage_.v6.sin6_addr);
  inet_ntop(storage_.any.sa_family, bytes, text, sizeof text);
  return text;
}

std::string Endpoint::to_string() const {
  if (!is_set()) return {};
  const std::string host = is_v4() ? address() : "[" + address() + "]";
  return host + ":" + std::to_string(port());
}

bool operator==(const Endpoint& a, const Endpoint& b) noexcept {
  if (a.storage_.any.sa_family != b.storage_.any.sa_family) return false;
  if (!a.is_set()) return true;
  if (a.port() != b.port()) return false;
  if (a.is_v4()) return a.storage_.v4.sin_addr.s_addr == b.storage_.v4.sin_addr.s_addr;
  return std::memcmp(&a.storage_.v6.sin6_addr, &b.storage_.v6.sin6_addr, 16) == 0 &&
         a.storage_.v6.sin6_scope_id == b.storage_.v6.sin6_scope_id;
}

}  // namespace gapura
