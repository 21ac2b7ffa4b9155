#include "proxy/client_connection.h"

#include <sys/socket.h>

#include <cstring>

#include "proxy/admission.h"
#include "proxy/exchange.h"
#include "proxy/proxy_protocol.h"
#include "proxy/tunnel.h"
#include "proxy/worker.h"

namespace gapura::proxy {
namespace {

/// At rest a closed peer may have gone unnoticed (see channel.h); looked for once, after this.
constexpr Milliseconds kLookAfter{1'000};
/// How long a client that was just answered may still send a request after the stop.
constexpr Milliseconds kLastRequestLimit{500};
/// How long we read on after a last answer, so that a reset does not destroy it (RFC 9112 9.6).
constexpr Milliseconds kLingerLimit{1'000};
/// And how much: who goes on sending has been told already, and others are waiting.
constexpr std::size_t kLingerBytes = 1024 * 1024;
/// Pipelined requests that we answer ourselves never wait; after so many others have a turn.
constexpr unsigned kTurnRequests = 32;

}  // namespace

ClientConnection::ClientConnection(Worker& worker, EntryPointSlot entry_point, const Endpoint& peer)
    : worker_(worker),
      limit_(worker.loop().wheel(), &on_limit, this),
      entry_point_(entry_point),
      opened_at_(Clock::now()) {
  set_client(peer);
}

ClientConnection::~ClientConnection() {
  if (is_counted_) worker_.admission().leave(peer_);
}

void ClientConnection::set_client(const Endpoint& client) {
  peer_ = client;
  const std::string address = client.address();
  address_size_ = static_cast<std::uint8_t>(std::min(address.size(), address_.size()));
  std::memcpy(address_.data(), address.data(), address_size_);
  is_trusted_ = worker_.is_trusted(entry_point_, client);
}

bool ClientConnection::open(int fd) {
  if (!channel_.open(worker_.loop(), fd)) return false;
  channel_.notify(&on_edge, this);
  rest();
  // Who has too many is told at once, and does not hold a connection by saying nothing.
  const bool waits_for_preamble = worker_.takes_preamble(entry_point_, peer_);
  if (worker_.admission().counts_clients() && !waits_for_preamble) {
    serve();
  } else if (worker_.is_stopping()) {
    stop();  // accepted before; it may have been on its way from another worker
  }
  return true;
}

void ClientConnection::stop() {
  if (is_serving_) return;
  // Bytes that have arrived already are a request that we accepted: it is answered. So is one that
  // is on its way from a client that was answered a moment ago.
  const bool is_active = requests_ != 0 && !has_looked_;
  if (is_active || channel_.look()) {
    serve();
  } else {
    worker_.remove(*this);
  }
}

void ClientConnection::kill() {
  is_killed_ = true;
  if (!is_serving_) {
    worker_.remove(*this);
    return;
  }
  channel_.shut();
  wake();
}

void ClientConnection::on_edge(void* owner) noexcept {
  auto* self = static_cast<ClientConnection*>(owner);
  self->has_edge_ = true;
  if (self->is_serving_) {
    self->wake();
  } else {
    self->serve();
  }
}

void ClientConnection::on_limit(void* owner) noexcept {
  auto* self = static_cast<ClientConnection*>(owner);
  if (self->is_serving_) {
    self->has_expired_ = true;
    self->wake();
    return;
  }
  const Milliseconds idle = self->worker_.entry_point(self->entry_point_).idle_timeout;
  const bool is_first = !std::exchange(self->has_looked_, true);
  if (is_first && self->channel_.look()) {
    self->serve();
  } else if (idle.count() == 0) {
    return;  // no limit
  } else if (is_first && idle > kLookAfter) {
    self->limit_.arm(idle - kLookAfter);
  } else {
    self->worker_.remove(*self);
  }
}

/// Nothing to do until the next byte: gives back the buffer.
void ClientConnection::rest() {
  drop_buffer();
  has_looked_ = false;
  const Milliseconds idle = worker_.entry_point(entry_point_).idle_timeout;
  limit_.arm(idle.count() == 0 ? kLookAfter : std::min(idle, kLookAfter));
}

void ClientConnection::drop_buffer() noexcept {
  buffer_.release();
  begin_ = end_ = 0;
  searched_ = head_bytes_ = body_bytes_ = 0;
}

bool ClientConnection::has_reset() const noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(channel_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error != 0;
}

void ClientConnection::carry(std::unique_ptr<Tunnel> tunnel) noexcept {
  tunnel_ = std::move(tunnel);
}

void ClientConnection::advance_tunnel() {
  if (tunnel_->advance()) return;
  tunnel_.reset();
  leave();
}

Task<Failure> ClientConnection::admit() {
  is_admitted_ = true;
  while (worker_.takes_preamble(entry_point_, peer_)) {
    if (begin_ == end_ && !read_more()) {
      is_admitted_ = false;  // not a byte yet: back to rest, or gone
      co_return Failure::none;
    }
    const Preamble preamble = read_preamble({buffer_.data() + begin_, end_ - begin_});
    if (preamble.state == PreambleState::absent) break;
    if (preamble.state == PreambleState::refused) co_return Failure::bad_preamble;
    if (preamble.state == PreambleState::complete) {
      begin_ += preamble.bytes;
      if (preamble.source.is_set()) set_client(preamble.source);
      break;
    }
    if (read_more()) continue;
    if (is_killed_ || has_failed_ || has_ended_) co_return Failure::client_gone;
    if (!limit_.is_armed()) limit_.arm(worker_.entry_point(entry_point_).head_timeout);
    co_await waiter_.wait();
    if (take_expired()) co_return Failure::client_timeout;
  }
  if (!worker_.admission().counts_clients()) co_return Failure::none;
  is_counted_ = worker_.admission().enter(peer_);
  co_return is_counted_ ? Failure::none : Failure::too_many_connections;
}

Detached ClientConnection::serve() {
  is_serving_ = true;
  limit_.disarm();
  bool goes_on = true;
  if (!is_admitted_) {
    const Failure failure = co_await admit();
    limit_.disarm();
    if (failure == Failure::client_gone) {
      goes_on = false;
    } else if (failure != Failure::none) {
      Exchange exchange(*this);
      goes_on = co_await exchange.refuse_head(failure);
    }
  }
  unsigned served = 0;
  while (goes_on) {
    const HeadResult result = read_head();
    if (is_killed_) break;  // what was in the socket by then is no request any more
    if (result.state == HeadState::incomplete) {
      if (has_failed_ || has_ended_) break;  // cut in a head, or simply closed
      if (begin_ == end_) {
        if (worker_.is_stopping()) {
          // Its last answer did not say that we close: the next request may be on its way.
          if (requests_ == 0 || take_expired()) break;
          if (!limit_.is_armed()) limit_.arm(kLastRequestLimit);
          co_await waiter_.wait();
          continue;
        }
        rest();
        is_serving_ = false;
        co_return;
      }
      const conf::EntryPoint& entry = worker_.entry_point(entry_point_);
      const bool is_shorter =
          entry.read_timeout.count() != 0 && entry.read_timeout < entry.head_timeout;
      if (!limit_.is_armed()) limit_.arm(is_shorter ? entry.read_timeout : entry.head_timeout);
      co_await waiter_.wait();
      if (!take_expired()) continue;
    }
    limit_.disarm();
    ++requests_;
    has_edge_ = false;
    Exchange exchange(*this);
    if (result.state == HeadState::complete) {
      head_bytes_ = static_cast<std::uint32_t>(result.bytes);
      goes_on = co_await exchange.run();
    } else {
      const bool is_late = result.state == HeadState::incomplete;
      const Failure failure = is_late ? Failure::client_timeout : result.failure;
      goes_on = co_await exchange.refuse_head(failure);
    }
    limit_.disarm();
    has_expired_ = false;
    next_request();
    if (goes_on && ++served % kTurnRequests == 0) {
      worker_.wake_later(*this);
      co_await waiter_.wait();
    }
  }
  if (tunnel_) {
    drop_buffer();
    wake();
  } else {
    leave();
  }
}

Detached ClientConnection::leave() {
  co_await linger();
  worker_.remove(*this);
}

/// A client that is still sending when we close would get a reset, and lose our last answer.
Task<void> ClientConnection::linger() {
  const bool has_unread = must_linger_ || channel_.may_read();
  if (!has_unread || must_reset_ || is_killed_ || has_failed_ || has_ended_) co_return;
  limit_.arm(kLingerLimit);
  bool has_shut = false;
  for (std::size_t dropped = 0; dropped < kLingerBytes;) {
    const IoResult read = channel_.try_read(worker_.scratch());
    if (read.status == IoStatus::eof || read.status == IoStatus::failed) co_return;
    // Not before that: a client that has ended is told all by the close.
    if (!std::exchange(has_shut, true)) channel_.shut_write();
    dropped += read.bytes;
    if (read.status == IoStatus::ok) continue;
    co_await waiter_.wait();
    if (is_killed_ || take_expired()) co_return;
  }
}

HeadResult ClientConnection::read_head() {
  const std::size_t head_max = worker_.entry_point(entry_point_).head_bytes_max;
  for (;;) {
    if (begin_ != end_) {
      const std::string_view bytes(buffer_.data() + begin_, end_ - begin_);
      const HeadResult result =
          parse_request_head(bytes, head_max, worker_.request_head(), searched_);
      if (result.state != HeadState::incomplete) return result;
      searched_ = static_cast<std::uint32_t>(bytes.size());
    }
    if (!read_more()) return {};
  }
}

/// One read into the buffer, which grows when it is full. False: nothing came.
bool ClientConnection::read_more() {
  if (!buffer_.is_held()) {
    if (!channel_.may_read()) return false;
    buffer_ = worker_.buffers().take();
    begin_ = end_ = 0;
  } else if (end_ == buffer_.capacity()) {
    Buffer next = worker_.buffers().take(begin_ == 0 ? buffer_.capacity() * 2 : end_ - begin_ + 1);
    std::memcpy(next.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    buffer_ = std::move(next);
  }
  const IoResult read = channel_.try_read({buffer_.data() + end_, buffer_.capacity() - end_});
  end_ += read.bytes;
  has_ended_ = has_ended_ || read.status == IoStatus::eof;
  has_failed_ = has_failed_ || read.status == IoStatus::failed;
  return read.status == IoStatus::ok;
}

std::string_view ClientConnection::head_bytes() const noexcept {
  return {const_cast<ClientConnection*>(this)->buffer_.data() + begin_, head_bytes_};
}

std::span<char> ClientConnection::after_head() noexcept {
  return {buffer_.data() + begin_ + head_bytes_, end_ - begin_ - head_bytes_};
}

void ClientConnection::keep(std::span<const char> bytes) {
  if (bytes.empty()) return;
  if (buffer_.capacity() - end_ < bytes.size()) {
    Buffer larger = worker_.buffers().take(end_ + bytes.size());
    std::memcpy(larger.data(), buffer_.data(), end_);
    buffer_ = std::move(larger);
  }
  std::memcpy(buffer_.data() + end_, bytes.data(), bytes.size());
  end_ += bytes.size();
}

void ClientConnection::next_request() noexcept {
  begin_ += std::exchange(head_bytes_, 0u) + std::exchange(body_bytes_, 0u);
  searched_ = 0;
  if (begin_ == end_) begin_ = end_ = 0;
}

}  // namespace gapura::proxy
