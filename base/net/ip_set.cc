#include "base/net/ip_set.h"

#include <charconv>
#include <cstring>

namespace gapura {
namespace {

std::array<std::uint8_t, 16> bytes_of(const Endpoint& address) noexcept {
  std::array<std::uint8_t, 16> bytes{};
  if (address.is_v4()) {
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(&bytes[12], &reinterpret_cast<const sockaddr_in*>(address.data())->sin_addr, 4);
  } else {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address.data());
    std::memcpy(bytes.data(), &v6->sin6_addr, 16);
  }
  return bytes;
}

bool same_prefix(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b,
                 unsigned bits) noexcept {
  const unsigned whole = bits / 8;
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
  return ((a[whole] ^ b[whole]) & mask) == 0;
}

}  // namespace

bool IpSet::add(std::string_view network) {
  const std::size_t slash = network.find('/');
  const auto address = Endpoint::parse(network.substr(0, slash), 0);
  if (!address) return false;
  const unsigned widest = address->is_v4() ? 32 : 128;
  unsigned bits = widest;
  if (slash != std::string_view::npos) {
    const std::string_view text = network.substr(slash + 1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (error != std::errc{} || end != text.data() + text.size() || bits > widest) return false;
  }
  networks_.push_back({bytes_of(*address), address->is_v4() ? bits + 96 : bits});
  return true;
}

bool IpSet::contains(const Endpoint& address) const noexcept {
  if (networks_.empty() || !address.is_set()) return false;
  const auto bytes = bytes_of(address);
  for (const Network& network : networks_) {
    if (same_prefix(bytes, network.bytes, network.bits)) return true;
  }
  return false;
}

}  // namespace gapura
