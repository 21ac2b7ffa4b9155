#include "admin/refusals.h"

#include "admin/problem_reply.h"
#include "base/log.h"
#include "base/net/endpoint.h"

namespace gapura::admin {
namespace {

/// Of "10.0.0.7:51334" the address, of IPv6 its /64: who has one has them all. A peer of the Unix
/// socket is its own.
std::string client_in(const std::string& peer) {
  std::string host = peer.substr(0, peer.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = Endpoint::parse(host, 0);
  if (!address || address->is_v4()) return host;
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address->data());
  constexpr std::size_t kPrefixBytes = 8;
  return {reinterpret_cast<const char*>(v6->sin6_addr.s6_addr), kPrefixBytes};
}

}  // namespace

void Refusals::Window::add(TimePoint now) {
  if (now - start >= kWindow) *this = {now, 0};
  ++count;
}

Refusals::Window& Refusals::window_of(const std::string& peer, TimePoint now) {
  const std::string client = client_in(peer);
  const auto found = by_address_.find(client);
  if (found != by_address_.end()) return found->second;
  if (by_address_.size() >= kAddressesMax) {
    std::erase_if(by_address_,
                  [now](const auto& one) { return now - one.second.start >= kWindow; });
  }
  return by_address_.size() >= kAddressesMax ? others_ : by_address_[client];
}

void Refusals::note(const Request& request, std::string_view why, TimePoint now) {
  lines_.add(now);
  if (lines_.count > kMax) return;
  // Neither the path nor the fields: a stranger writes them.
  log::warn("{} from {} was refused: {}{}", what_, request.peer, why,
            lines_.count == kMax ? " (further ones are not logged for some seconds)" : "");
}

bool Refusals::note_guess(const Request& request, std::string_view why, TimePoint now) {
  note(request, why, now);
  Window& window = window_of(request.peer, now);
  window.add(now);
  return window.count > kMax;
}

Response Refusals::too_many(std::string_view without) {
  Response response = problem_reply(429, "too many requests without " + std::string(without));
  response.fields.emplace_back("Retry-After", std::to_string(kWindow.count() / 1000));
  return response;
}

}  // namespace gapura::admin
