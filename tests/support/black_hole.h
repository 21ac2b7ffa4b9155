/// An address that swallows connection attempts, as a deleted machine does: a listener whose queue
/// is full, so that the kernel drops every further SYN. Owner's thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/sockets.h"

namespace gapura::test {

class BlackHole {
 public:
  BlackHole();
  std::uint16_t port() const { return local_port(listener_); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }

 private:
  Fd listener_;
  std::vector<Fd> queued_;
};

}  // namespace gapura::test
