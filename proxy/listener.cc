#include "proxy/listener.h"

#include <cerrno>

#include "base/check.h"
#include "base/io_count.h"
#include "base/log.h"
#include "proxy/worker.h"

namespace gapura::proxy {
namespace {

/// Without descriptors or memory accept(2) fails at once, for ever: trying on would spin.
constexpr Milliseconds kAcceptPause{100};
/// Without a pause for so long all is well again. At the limit pauses follow one another.
constexpr Milliseconds kCalm{5'000};

}  // namespace

Listener::Listener(Worker& worker, int fd, EntryPointSlot entry_point)
    : worker_(worker),
      pause_(worker.loop().wheel(), &on_pause_over, this),
      calm_(worker.loop().wheel(), &on_calm, this),
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

void Listener::on_calm(void* owner) noexcept {
  static_cast<Listener*>(owner)->has_said_full_ = false;
  log::info("clients are accepted again");
}

void Listener::accept_all() {
  if (pause_.is_armed() || !worker_.has_snapshot()) return;
  while (channel_.is_open() && !waits_for_room() && accept_one()) {
  }
}

/// Who comes now waits in the kernel's queue until others have left.
bool Listener::waits_for_room() {
  if (!worker_.admission().is_full()) return false;
  pause("as many are connected as limits.maxConnections allows");
  return true;
}

void Listener::pause(const char* reason) {
  if (!std::exchange(has_said_full_, true)) {
    log::error("no more clients are accepted for now: {}", reason);
  }
  worker_.make_room();
  pause_.arm(kAcceptPause);
  calm_.arm(kCalm);
}

bool Listener::accept_one() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  io_count::socket_call();
  const int fd = ::accept4(channel_.fd(), reinterpret_cast<sockaddr*>(&address), &size,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    const auto peer = Endpoint::from(reinterpret_cast<const sockaddr*>(&address));
    worker_.accept(AcceptedClient(fd, entry_point_, peer));
    return true;
  }
  switch (errno) {
    case EAGAIN: return false;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      pause(errno == EMFILE
                ? "too many open descriptors (raise LimitNOFILE, or look for what keeps "
                  "connections open)"
                : std::strerror(errno));
      return false;
    // These concern one client only (accept(2)).
    case ECONNABORTED:
    case EINTR:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH: return true;
    default: pause(std::strerror(errno)); return false;
  }
}

void Listener::stop() {
  pause_.disarm();
  while (worker_.has_snapshot() && accept_one()) {
  }
  pause_.disarm();
  calm_.disarm();
  channel_.close();
}

}  // namespace gapura::proxy
