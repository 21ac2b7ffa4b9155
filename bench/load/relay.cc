/// The floor: a relay that knows nothing of HTTP. Each client gets its own connection to the
/// origin, and bytes are moved with one recv and one send each way. What a proxy costs above this
/// is its own doing; what this costs is the kernel's.
///
///   load_relay <port or 0> <origin port>
#include <string>
#include <vector>

#include "bench/load/sockets.h"

namespace gapura::bench {
namespace {

class Relay {
 public:
  Relay(std::uint16_t port, std::uint16_t origin_port)
      : listener_(listen_on(port)), epoll_(::epoll_create1(0)), scratch_(256 * 1024) {
    if (epoll_ < 0) die("epoll_create1");
    origin_.sin_family = AF_INET;
    origin_.sin_port = htons(origin_port);
    origin_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    watch(epoll_, listener_, EPOLLIN);
  }

  std::uint16_t port() const { return port_of(listener_); }

  [[noreturn]] void run() {
    epoll_event events[256];
    for (;;) {
      const int count = ::epoll_wait(epoll_, events, 256, -1);
      if (count < 0 && errno != EINTR) die("epoll_wait");
      for (int i = 0; i < count; ++i) {
        const int fd = events[i].data.fd;
        if (fd == listener_) {
          accept_all();
        } else {
          if ((events[i].events & EPOLLOUT) != 0) flush(fd);
          const bool has_ended = (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
          if (has_ended || (events[i].events & EPOLLIN) != 0) move(fd, has_ended);
        }
      }
    }
  }

 private:
  struct Side {
    int peer = -1;       ///< the other socket of the pair
    std::string unsent;  ///< what this socket would not take
  };

  Side& side(int fd) {
    const auto place = static_cast<std::size_t>(fd);
    if (place >= sides_.size()) sides_.resize(place + 1);
    return sides_[place];
  }

  void accept_all() {
    for (;;) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (client < 0) return;
      const int link = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (link < 0) die("socket");
      const int on = 1;
      ::setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      if (::connect(link, reinterpret_cast<const sockaddr*>(&origin_), sizeof origin_) != 0 &&
          errno != EINPROGRESS) {
        die("connect");
      }
      side(client) = Side{link, {}};
      side(link) = Side{client, {}};
      watch(epoll_, client, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
      watch(epoll_, link, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
  }

  void close_pair(int fd) {
    const int peer = side(fd).peer;
    if (peer < 0) return;
    side(fd) = Side{};
    side(peer) = Side{};
    ::close(fd);
    ::close(peer);
  }

  /// Reads from `fd` and sends to its peer, until `fd` is drained or the peer is full. When the end
  /// lies behind the data, no second edge tells of it: `has_ended` reads on.
  void move(int fd, bool has_ended) {
    for (;;) {
      const int peer = side(fd).peer;
      if (peer < 0 || !side(peer).unsent.empty()) return;
      const ssize_t got = ::recv(fd, scratch_.data(), scratch_.size(), 0);
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) return close_pair(fd);
      const auto bytes = static_cast<std::size_t>(got);
      const ssize_t sent = ::send(peer, scratch_.data(), bytes, MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return close_pair(fd);
      const std::size_t done = sent < 0 ? 0 : static_cast<std::size_t>(sent);
      side(peer).unsent.assign(scratch_.data() + done, bytes - done);
      if (bytes < scratch_.size() && !has_ended) return;  // a short read means drained
    }
  }

  /// `fd` takes bytes again.
  void flush(int fd) {
    std::string& unsent = side(fd).unsent;
    if (side(fd).peer < 0 || unsent.empty()) return;
    const ssize_t sent = ::send(fd, unsent.data(), unsent.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return close_pair(fd);
    if (sent > 0) unsent.erase(0, static_cast<std::size_t>(sent));
    if (unsent.empty()) move(side(fd).peer, true);
  }

  int listener_;
  int epoll_;
  sockaddr_in origin_{};
  std::vector<Side> sides_;  // by descriptor
  std::vector<char> scratch_;
};

}  // namespace
}  // namespace gapura::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: load_relay <port or 0> <origin port>\n", stderr);
    return 2;
  }
  gapura::bench::Relay relay(static_cast<std::uint16_t>(std::atoi(argv[1])),
                             static_cast<std::uint16_t>(std::atoi(argv[2])));
  std::printf("%u\n", static_cast<unsigned>(relay.port()));
  std::fflush(stdout);
  relay.run();
}
