#include "proxy/listener.h"

#include <cerrno>

#include "base/check.h"
#include "base/io_count.h"
#include "base/log.h"
#include "proxy/worker.h"

namespace gapura::proxy {
namespace {

/// Without descriptors or memory accept(2) fails at once, for ever: trying on would spin.
constexpr Milliseconds kPause{100};

}  // namespace

Listener::Listener(Worker& worker, int fd, EntryPointSlot entry_point)
    : worker_(worker),
      pause_(worker.loop().wheel(), &on_pause_over, this),
      entry_point_(entry_point) {
  check(channel_.open(worker.loop(), fd), "a listening socket could not be watched");
  channel_.notify(&on_edge, this);
}

void Listener::on_edge(void* owner) noexcept {
  static_cast<Listener*>(owner)->accept_all();
}
void Listener::on_pause_over(void* owner) noexcept {
  static_cast<Listener*>(owner)->accept_all();
}

void Listener::accept_all() {
  if (pause_.is_armed()) return;
  while (channel_.is_open() && accept_one()) {
  }
}

bool Listener::accept_one() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  io_count::socket_call();
  const int fd = ::accept4(channel_.fd(), reinterpret_cast<sockaddr*>(&address), &size,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    has_said_full_ = false;
    worker_.add(fd, entry_point_, Endpoint::from(reinterpret_cast<const sockaddr*>(&address)));
    return true;
  }
  switch (errno) {
    case EAGAIN: return false;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      if (!std::exchange(has_said_full_, true)) {
        log::error(
            "no more clients are accepted for now: {} (raise LimitNOFILE, or "
            "look for what keeps connections open)",
            std::strerror(errno));
      }
      pause_.arm(kPause);
      return false;
    default: return true;  // ECONNABORTED and the network's errors concern one client only
  }
}

void Listener::stop() {
  pause_.disarm();
  accept_all();
  channel_.close();
}

}  // namespace gapura::proxy
