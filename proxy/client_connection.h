/// One client's connection: reads heads, runs an exchange for each, one after another (pipelined
/// requests wait in the socket or the buffer). At rest it is this object and nothing more: no
/// coroutine, no buffer. A coroutine runs from the first byte of a request until there is nothing
/// left to do; after a 101 it is a tunnel's, which needs no coroutine either. Worker thread only;
/// owned by the worker's list, ends by remove().
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/async/channel.h"
#include "base/async/deadline_wheel.h"
#include "base/async/task.h"
#include "base/async/waiter.h"
#include "base/ids.h"
#include "base/net/endpoint.h"
#include "proxy/buffer_pool.h"
#include "proxy/http_head.h"

namespace gapura::proxy {

class Tunnel;
class Worker;

class ClientConnection {
 public:
  ClientConnection(Worker& worker, EntryPointSlot entry_point, const Endpoint& peer);
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;
  ~ClientConnection();

  /// Takes over the accepted socket and waits for its first byte. False: the kernel refused.
  bool open(int fd);
  /// The worker stops: at rest this closes (and destroys) the connection, else its last answer says
  /// "Connection: close".
  void stop();
  /// Ends now, whatever is going on.
  void kill();
  /// Between two requests for a second or more: may be closed to make room for a new client.
  bool is_dispensable() const noexcept { return !is_serving_ && has_looked_; }

  // --- for the exchange ---
  Worker& worker() noexcept { return worker_; }
  Channel& channel() noexcept { return channel_; }
  EntryPointSlot entry_point() const noexcept { return entry_point_; }
  const Endpoint& peer() const noexcept { return peer_; }
  std::string_view peer_address() const noexcept { return {address_.data(), address_size_}; }
  bool is_trusted() const noexcept { return is_trusted_; }
  TimePoint opened_at() const noexcept { return opened_at_; }
  std::uint64_t requests() const noexcept { return requests_; }

  /// The bytes of the current request's head, and what was read behind it.
  std::string_view head_bytes() const noexcept;
  std::span<char> after_head() noexcept;
  /// What was read behind the request's body.
  std::span<char> after_body() noexcept { return after_head().subspan(body_bytes_); }
  std::size_t after_head_size() const noexcept { return end_ - begin_ - head_bytes_; }
  /// `size` bytes behind the head belonged to the request's body.
  void consume(std::size_t size) noexcept { body_bytes_ = static_cast<std::uint32_t>(size); }
  /// Bytes read beyond the body's end: the beginning of the next request.
  void keep(std::span<const char> bytes);

  /// Waits for an edge of either channel, the deadline, or wake().
  Waiter::Awaiter wait() noexcept { return waiter_.wait(); }
  void wake() { tunnel_ ? advance_tunnel() : waiter_.wake(); }
  static void on_link_edge(void* owner) noexcept { static_cast<ClientConnection*>(owner)->wake(); }
  Deadline& limit() noexcept { return limit_; }
  /// True once after the deadline expired.
  bool take_expired() noexcept { return std::exchange(has_expired_, false); }
  /// True once after an edge of the client's socket.
  bool take_client_edge() noexcept { return std::exchange(has_edge_, false); }
  bool is_killed() const noexcept { return is_killed_; }
  /// Nobody waits at the other end any more. A FIN does not say so (RFC 9112 9.6).
  bool has_reset() const noexcept;
  /// The exchange has become `tunnel`, which is woken from then on, first when the exchange is
  /// over.
  void carry(std::unique_ptr<Tunnel> tunnel) noexcept;
  bool has_tunnel() const noexcept { return tunnel_ != nullptr; }
  /// The last answer was not whole, and must not look so: the client gets a reset.
  void reset_at_close() noexcept {
    must_reset_ = true;
    channel_.reset_on_close();
  }
  /// Parts of a request were left unread: see linger().
  void linger_at_close() noexcept { must_linger_ = true; }

 private:
  friend class Worker;
  static void on_edge(void* owner) noexcept;
  static void on_limit(void* owner) noexcept;
  /// Who the client is, and whether it may have one more connection.
  void set_client(const Endpoint& client);
  Detached serve();
  /// Before the first head: the PROXY preamble, when one is expected, and the limit by client.
  Task<Failure> admit();
  void advance_tunnel();
  Detached leave();
  Task<void> linger();
  /// Reads what there is. complete: the worker's request_head is filled in.
  HeadResult read_head();
  bool read_more();
  void next_request() noexcept;
  void rest();
  void drop_buffer() noexcept;

  Worker& worker_;
  Channel channel_;
  Waiter waiter_;
  Deadline limit_;
  Endpoint peer_;  ///< the client: the socket's peer, or whom the PROXY preamble names
  const EntryPointSlot entry_point_;
  const TimePoint opened_at_;
  // Most connections rest: the order leaves no gaps, and what can be is a bit.
  std::array<char, 46> address_{};
  std::uint8_t address_size_ = 0;
  bool has_expired_ = false;
  bool has_edge_ = false;
  bool has_looked_ = false;  ///< for a FIN without an edge, in this rest
  bool is_admitted_ : 1 = false;
  bool is_counted_ : 1 = false;  ///< by client, in the worker's admission
  bool is_serving_ : 1 = false;
  bool has_ended_ : 1 = false;   ///< the client's FIN was read
  bool has_failed_ : 1 = false;  ///< reset
  bool is_killed_ : 1 = false;
  bool is_trusted_ : 1 = false;
  bool must_linger_ : 1 = false;
  bool must_reset_ : 1 = false;
  std::uint32_t body_bytes_ = 0;  ///< behind the head, belonging to this request
  std::uint64_t requests_ = 0;
  std::unique_ptr<Tunnel> tunnel_;
  Buffer buffer_;
  std::size_t begin_ = 0;       ///< of the current head in buffer_
  std::uint32_t searched_ = 0;  ///< bytes from there that hold no end of a head
  std::uint32_t head_bytes_ = 0;
  std::size_t end_ = 0;               ///< of what was read
  ClientConnection* next_ = nullptr;  // the worker's list
  ClientConnection* previous_ = nullptr;
};

}  // namespace gapura::proxy
