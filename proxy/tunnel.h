/// What becomes of an exchange after its 101: bytes pass both ways, whatever they mean (RFC 9110
/// 7.8), until both sides have ended, or one fails, or a time limit, a drain or a stop ends it.
/// Most rest for most of their life, so at rest it is this object: no coroutine, no buffer. Its
/// client's connection owns it and wakes it instead of a coroutine. Worker thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "proxy/account.h"
#include "proxy/failure.h"
#include "proxy/pump.h"
#include "proxy/service_terms.h"
#include "proxy/target_slots.h"

namespace gapura::proxy {

class ClientConnection;

class Tunnel {
 public:
  /// What the exchange had. `lease` holds nothing from then on.
  Tunnel(ClientConnection& client, std::unique_ptr<Link> link, Lease& lease,
         const ServiceTerms& terms, Account account) noexcept;
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;

  /// What is there already: `to_client` is what still waits to be written there, then comes `head`;
  /// `from_target` and `from_client` came behind the heads. Nothing of it is needed afterwards.
  void begin(Rest to_client, std::string_view head, std::span<const char> from_target,
             std::span<const char> from_client);
  /// Looks at everything and does what can be done now. False: it has ended and is counted and
  /// logged; link and lease are given up.
  bool advance();

 private:
  /// What the deadline is for. client_write is a window, in which enough must have moved.
  enum class Patience : std::uint8_t { none, client_write, other_end };

  Failure interruption();
  Failure pump();
  void set_patience();
  Milliseconds limit_of(Patience patience) const;
  bool is_in_time();
  std::uint64_t taken_by_client() const noexcept;
  void end(Failure failure);
  static void on_cut(void* owner) noexcept;

  ClientConnection& client_;
  std::unique_ptr<Link> link_;
  Lease lease_;
  ServiceTerms terms_;
  Account account_;
  Pump up_;    ///< client to target
  Pump down_;  ///< target to client
  std::uint64_t patience_moved_ = 0;
  Patience patience_ = Patience::none;
  bool was_cut_ = false;
};

}  // namespace gapura::proxy
