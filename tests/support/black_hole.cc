#include "tests/support/black_hole.h"

#include <netinet/in.h>
#include <sys/socket.h>

namespace gapura::test {

BlackHole::BlackHole() : listener_(listen_on_loopback(0, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(local_port(listener_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // One more than the queue holds is enough; the rest makes sure of it.
  for (int i = 0; i < 8; ++i) {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    queued_.push_back(std::move(socket));
  }
}

}  // namespace gapura::test
