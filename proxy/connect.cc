#include "proxy/connect.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "base/async/loop.h"
#include "base/io_count.h"
#include "proxy/target_slots.h"
#include "proxy/tcp_options.h"

namespace gapura::proxy {

Connecting start_connect(Loop& loop, TargetSlot& slot, const Endpoint& endpoint) {
  Connecting out;
  const int family = endpoint.is_v4() ? AF_INET : AF_INET6;
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    out.error = errno;
    return out;
  }
  set_tcp_options(fd);
  io_count::socket_call();
  const int result = ::connect(fd, endpoint.data(), endpoint.size());
  const int error = result < 0 ? errno : 0;
  if (error != 0 && error != EINPROGRESS) {
    ::close(fd);
    out.error = error;
    return out;
  }
  out.link = std::make_unique<Link>(loop.wheel(), slot);
  if (!out.link->channel.open(loop, fd)) {
    out.error = ENOBUFS;  // the kernel would not watch it
    out.link.reset();
    return out;
  }
  out.is_pending = error == EINPROGRESS;
  if (out.is_pending) out.link->channel.expect_connect();
  return out;
}

int connect_error(const Link& link) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(link.channel.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

bool is_local_error(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM ||
         error == EADDRNOTAVAIL;
}

}  // namespace gapura::proxy
