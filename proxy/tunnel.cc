#include "proxy/tunnel.h"

#include <utility>

#include "proxy/client_connection.h"
#include "proxy/pace.h"
#include "proxy/worker.h"

namespace gapura::proxy {

Tunnel::Tunnel(ClientConnection& client, std::unique_ptr<Link> link, Lease& lease,
               const ServiceTerms& terms, Account account) noexcept
    : client_(client),
      link_(std::move(link)),
      lease_(std::move(lease), &on_cut, this),
      terms_(terms),
      account_(std::move(account)) {}

void Tunnel::begin(Rest to_client, std::string_view head, std::span<const char> from_target,
                   std::span<const char> from_client) {
  BufferPool& buffers = client_.worker().buffers();
  down_.begin(std::move(to_client), head, from_target, client_.channel(), buffers);
  up_.begin({}, {}, from_client, link_->channel, buffers);
}

bool Tunnel::advance() {
  Failure failure = interruption();
  if (failure == Failure::none) failure = pump();
  const bool is_over = up_.is_over() && down_.is_over();
  if (failure != Failure::none || is_over) {
    end(failure);
    return false;
  }
  set_patience();
  return true;
}

Failure Tunnel::interruption() {
  if (was_cut_) return Failure::drain_cut;
  if (client_.is_killed()) return Failure::client_gone;
  if (!client_.take_expired() || is_in_time()) return Failure::none;
  return patience_ == Patience::other_end ? Failure::tunnel_half_closed : Failure::client_gone;
}

/// What can be moved now, both ways. One side's FIN is passed on, the other way stays open. A
/// target that takes nothing more may still say something.
Failure Tunnel::pump() {
  Worker& worker = client_.worker();
  Channel& client = client_.channel();
  // Where nothing is read a reset would go unnoticed.
  const bool is_read = up_.state() == Pump::State::reading;
  if (client_.take_client_edge() && !is_read && client_.has_reset()) return Failure::client_gone;
  if (!up_.is_over()) {
    up_.advance(client, link_->channel, worker.buffers(), worker.scratch());
    if (up_.state() == Pump::State::source_failed) return Failure::client_gone;
    if (up_.state() == Pump::State::ended) link_->channel.shut_write();
  }
  if (!down_.is_over()) {
    down_.advance(link_->channel, client, worker.buffers(), worker.scratch());
    if (down_.state() == Pump::State::ended) client.shut_write();
  }
  if (down_.state() == Pump::State::source_failed) return Failure::target_cut;
  if (down_.state() == Pump::State::sink_failed) return Failure::client_gone;
  const bool needs_turn = up_.state() == Pump::State::again || down_.state() == Pump::State::again;
  if (needs_turn) worker.wake_later(client_);
  return Failure::none;
}

/// Two open ends may be silent for as long as they like.
void Tunnel::set_patience() {
  Patience next = Patience::none;
  if (down_.state() == Pump::State::writing) {
    next = Patience::client_write;
  } else if (up_.is_over() != down_.is_over()) {
    // One side has ended: the other has so long to follow, or it would hold both for ever.
    next = Patience::other_end;
  }
  const std::uint64_t moved = up_.moved() + down_.moved();
  const bool has_moved = next == Patience::other_end && patience_moved_ != moved;
  if (next == patience_ && !has_moved) return;
  patience_ = next;
  patience_moved_ = next == Patience::client_write ? taken_by_client() : moved;
  const Milliseconds limit = limit_of(next);
  if (limit.count() == 0) {
    client_.limit().disarm();
  } else {
    client_.limit().arm(limit);
  }
}

/// 0: none.
Milliseconds Tunnel::limit_of(Patience patience) const {
  const conf::EntryPoint& entry = client_.worker().entry_point(client_.entry_point());
  switch (patience) {
    case Patience::client_write: return entry.write_timeout;
    case Patience::other_end: return entry.idle_timeout;
    case Patience::none: break;
  }
  return Milliseconds{0};
}

/// After a window: true, and a new one begins, when the client took enough.
bool Tunnel::is_in_time() {
  if (patience_ != Patience::client_write) return false;
  const std::uint64_t taken = taken_by_client();
  const std::uint64_t moved = taken - std::exchange(patience_moved_, taken);
  const Milliseconds window = limit_of(patience_);
  const conf::EntryPoint& entry = client_.worker().entry_point(client_.entry_point());
  if (!is_enough(moved, window, entry.rate_min)) return false;
  client_.limit().arm(window);
  return true;
}

/// What the kernel holds for a slow reader is not with it yet.
std::uint64_t Tunnel::taken_by_client() const noexcept {
  return down_.moved() - client_.channel().unsent();
}

void Tunnel::end(Failure failure) {
  Worker& worker = client_.worker();
  link_.reset();
  unsigned status = account_.target_status;
  if (failure != Failure::none) {
    terms_.note(worker, lease_, failure);
    worker.shard().errors[static_cast<std::size_t>(failure)].add();
    account_.refused_for = failure;
    if (row(failure).fault == Fault::client) status = kClientClosed;
  }
  terms_.release(worker, lease_);
  account_.close(client_, status, up_.content_bytes(), down_.content_bytes());
}

void Tunnel::on_cut(void* owner) noexcept {
  auto* self = static_cast<Tunnel*>(owner);
  self->was_cut_ = true;
  self->client_.wake();
}

}  // namespace gapura::proxy
