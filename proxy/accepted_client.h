/// A client that was accepted and has no connection object yet: what passes from one worker to
/// another. Owns its socket, so that one that never arrives is closed. One owner at a time.
#pragma once

#include <unistd.h>

#include <utility>

#include "base/ids.h"
#include "base/net/endpoint.h"

namespace gapura::proxy {

class AcceptedClient {
 public:
  /// `fd`: accepted, non-blocking.
  AcceptedClient(int fd, EntryPointSlot entry_point, const Endpoint& peer) noexcept
      : fd_(fd), entry_point_(entry_point), peer_(peer) {}
  AcceptedClient(AcceptedClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), entry_point_(other.entry_point_), peer_(other.peer_) {}
  AcceptedClient& operator=(AcceptedClient&&) = delete;
  ~AcceptedClient() {
    if (fd_ >= 0) ::close(fd_);
  }

  EntryPointSlot entry_point() const noexcept { return entry_point_; }
  const Endpoint& peer() const noexcept { return peer_; }
  /// The socket is the caller's from now on.
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
  EntryPointSlot entry_point_;
  Endpoint peer_;
};

}  // namespace gapura::proxy
