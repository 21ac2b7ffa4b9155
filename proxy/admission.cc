#include "proxy/admission.h"

#include <cstring>

namespace gapura::proxy {
namespace {

std::uint64_t key_of(const Endpoint& client) noexcept {
  std::uint64_t key = 0;
  if (client.is_v4()) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(client.data());
    // ffff::/16 is multicast and never a client: no IPv6 network has such a key.
    return 0xffff'ffff'0000'0000u | ntohl(v4->sin_addr.s_addr);
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(client.data());
  std::memcpy(&key, &v6->sin6_addr, sizeof key);
  return be64toh(key);
}

}  // namespace

bool Admission::enter(const Endpoint& client) {
  const std::lock_guard lock(mutex_);
  std::size_t& count = by_client_[key_of(client)];
  if (count >= of_one_client_max_) return false;
  ++count;
  return true;
}

void Admission::leave(const Endpoint& client) {
  const std::lock_guard lock(mutex_);
  const auto found = by_client_.find(key_of(client));
  if (found != by_client_.end() && --found->second == 0) by_client_.erase(found);
}

}  // namespace gapura::proxy
