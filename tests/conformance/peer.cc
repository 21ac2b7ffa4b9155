#include "tests/conformance/peer.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include "tests/support/patience.h"

namespace gapura::test {
namespace {

bool wait_for(int fd, short events) {
  pollfd asked{.fd = fd, .events = events, .revents = 0};
  return ::poll(&asked, 1, static_cast<int>(patience().count())) > 0;
}

}  // namespace

bool Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!is_open() || !wait_for(fd(), POLLOUT)) return false;
    const ssize_t size = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno != EAGAIN) return false;
    if (size > 0) bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

bool Peer::dribble(std::string_view bytes) {
  for (; !bytes.empty(); bytes.remove_prefix(1)) {
    if (!send(bytes.substr(0, 1))) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  return true;
}

ReadEnd Peer::more() {
  if (!is_open()) return ReadEnd::closed;
  if (!wait_for(fd(), POLLIN)) return ReadEnd::timed_out;
  std::array<char, 65'536> block;
  const ssize_t size = ::recv(fd(), block.data(), block.size(), 0);
  if (size > 0) buffer.append(block.data(), static_cast<std::size_t>(size));
  return size > 0 ? ReadEnd::ok : size == 0 ? ReadEnd::closed : ReadEnd::reset;
}

ReadEnd Peer::until(std::size_t bytes) {
  while (buffer.size() < bytes) {
    if (const ReadEnd end = more(); end != ReadEnd::ok) return end;
  }
  return ReadEnd::ok;
}

std::string Peer::take(std::size_t bytes) {
  std::string taken = buffer.substr(0, bytes);
  buffer.erase(0, bytes);
  return taken;
}

void Peer::half_close() {
  ::shutdown(fd(), SHUT_WR);
}

}  // namespace gapura::test
