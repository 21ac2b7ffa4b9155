/// Small blocking-socket vocabulary for tests. Any thread; each object has one user at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

namespace gapura::test {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Fd() { close(); }
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }
  bool is_open() const noexcept { return fd_ >= 0; }
  void close() noexcept;
  /// Closes so that the peer sees a RST.
  void reset() noexcept;

 private:
  int fd_ = -1;
};

/// A listening socket on 127.0.0.`host`. `port` 0: any free one. Stops the test program when
/// refused.
Fd listen_on_loopback(std::uint16_t port = 0, int backlog = 1024, std::uint8_t host = 1);
/// Port that a socket is bound to.
std::uint16_t local_port(const Fd& socket);
/// Connected, blocking, no Nagle. Not open when refused.
Fd connect_to_loopback(std::uint16_t port);
/// Whether a connection to 127.0.0.1:`port` is accepted (by the kernel) within that time.
bool connects_within(std::uint16_t port, std::chrono::milliseconds time);
/// A port of 127.0.0.1 where nobody listens: bound here, so that nobody else gets it.
Fd refused_port(std::uint16_t& port);
/// Two ends of a TCP connection over loopback, both non-blocking when asked for.
std::pair<Fd, Fd> tcp_pair(bool is_nonblocking = true);
void set_nonblocking(const Fd& socket);
/// Sends small pieces at once (no Nagle).
void no_delay(const Fd& socket);

}  // namespace gapura::test
