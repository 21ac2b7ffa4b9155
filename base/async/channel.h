/// The only door to a connected (or listening) socket of the data plane: try the system call at
/// once, and be told by an edge when it is worth trying again. One registration with the loop's
/// epoll set for the socket's whole life; no epoll_ctl, no allocation and no empty read a message.
///
/// One thread: the loop's. Works over asio's reactor (channel.cc says how, and why not the public
/// calls). A short read means "drained": no further read is tried before the next edge, unless the
/// kernel has said that the peer's FIN or reset lies behind the data (then no second edge comes).
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gapura {

class Loop;
class Pipe;

enum class IoStatus : std::uint8_t {
  ok,           ///< some bytes moved
  would_block,  ///< wait for the next edge
  eof,          ///< the peer sent its FIN (reads only)
  failed,       ///< reset or another socket error, see IoResult::error
};

struct IoResult {
  std::size_t bytes = 0;
  IoStatus status = IoStatus::would_block;
  int error = 0;  ///< errno when failed
};

class Channel {
 public:
  /// Called on the loop when the socket may have become readable, writable or broken. May close or
  /// destroy the channel.
  using Notify = void (*)(void* owner) noexcept;

  Channel() = default;
  Channel(Channel&& other) noexcept;
  Channel& operator=(Channel&& other) noexcept;
  ~Channel() { close(); }

  /// Takes over `fd` (non-blocking) and registers it. False, with errno set and `fd` closed, when
  /// the kernel refuses. A channel that outlives its loop gets no more edges.
  bool open(Loop& loop, int fd);
  bool is_open() const noexcept { return registration_ != nullptr; }
  int fd() const noexcept;

  /// Who is told of edges from now on. Without one, edges are only remembered.
  void notify(Notify fn, void* owner) noexcept;

  /// At most one recv(2); none when the socket is known to be drained.
  IoResult try_read(std::span<char> into) noexcept;
  /// At most one send(2). Fewer bytes than given is `ok`; the rest would block.
  IoResult try_write(std::string_view bytes) noexcept;
  /// At most one send(2) or sendmsg(2) of all parts.
  IoResult try_write(std::span<const iovec> parts) noexcept;
  /// At most one splice(2) of up to `most` bytes into an empty pipe. Fewer bytes say nothing of the
  /// socket: it may be read on. Fails with EINVAL where the kernel cannot do it, and nothing is
  /// lost.
  IoResult try_read(Pipe& into, std::size_t most) noexcept;
  /// At most one splice(2) of what the pipe holds; fewer bytes are `ok`, the rest would block.
  IoResult try_write(Pipe& from) noexcept;

  /// False after a short read, until the next edge.
  bool may_read() const noexcept;
  /// False after a short write, until the next edge.
  bool may_write() const noexcept;
  /// After connect(2) said EINPROGRESS: nothing may be written before the edge.
  void expect_connect() noexcept;

  /// One recv(2) with MSG_PEEK: true when there is something to read - bytes, a FIN or a reset.
  /// Then it counts as an edge. For sockets at rest.
  bool look() noexcept;

  /// Bytes written that the peer has not acknowledged yet (SIOCOUTQ); 0 when that is not known.
  std::size_t unsent() const noexcept;

  /// shutdown(2) for writing: the peer sees our FIN, we can still read.
  void shut_write() noexcept;
  /// shutdown(2) both ways: whoever waits on this channel is told, reads end. Idempotent.
  void shut() noexcept;
  /// Makes the coming close() send a RST instead of a FIN, so that what was sent so far cannot look
  /// complete to the peer.
  void reset_on_close() noexcept;
  /// Deregisters and closes. Nobody is told. Idempotent.
  void close() noexcept;

  struct Registration;  ///< details: channel.cc

 private:
  Registration* registration_ = nullptr;
};

}  // namespace gapura
