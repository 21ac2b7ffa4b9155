/// The PROXY protocol, versions 1 and 2: who the client is, said by a load balancer in front of us
/// before the first byte of HTTP (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt).
/// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/net/endpoint.h"

namespace gapura::proxy {

enum class PreambleState : std::uint8_t {
  absent,      ///< the bytes begin like something else: HTTP, say
  incomplete,  ///< more bytes are needed
  complete,
  refused,  ///< begins like a preamble and breaks its rules
};

struct Preamble {
  PreambleState state = PreambleState::incomplete;
  std::size_t bytes = 0;  ///< of the preamble, when complete
  Endpoint source{};      ///< not set: UNKNOWN, LOCAL or no IP; the peer is the client then
};

/// Reads the preamble at the beginning of `bytes`. A version 1 line has at most 107 bytes, a
/// version 2 header at most 65,551; type-length-values are skipped.
Preamble read_preamble(std::string_view bytes);

}  // namespace gapura::proxy
