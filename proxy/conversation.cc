// The part of an exchange that talks to its target: both directions at once, in one coroutine.
// pump() does whatever can be done without waiting; converse() waits in between.
#include <cstring>

#include "base/ascii.h"
#include "proxy/client_connection.h"
#include "proxy/exchange.h"
#include "proxy/journey.h"
#include "proxy/pace.h"
#include "proxy/tunnel.h"
#include "proxy/worker.h"

namespace gapura::proxy {
namespace {

/// A target's head; larger ones are a fault. Ours: nobody sends more than this on purpose.
constexpr std::size_t kResponseHeadMax = 256 * 1024;

/// Read first of an answer that is probably large. Measured with 64 KiB: 35 us with 4 KiB, 41 us
/// with 16 KiB, 46 us when all is copied.
constexpr std::size_t kLargeAnswersHead = 4 * 1024;

/// More than a target that reports its progress every second for half an hour sends.
constexpr unsigned kInterimsMax = 2'000;

bool is_event_stream(const Fields& fields) noexcept {
  return iequals(value_of(fields, FieldId::content_type).substr(0, 17), "text/event-stream");
}

}  // namespace

Task<Failure> Exchange::converse() {
  link_->channel.notify(&ClientConnection::on_link_edge, &client_);
  send_request();
  for (;;) {
    const Failure failure = pump();
    if (failure != Failure::none) co_return failure;
    if (is_over_) co_return Failure::none;
    if (needs_turn_) worker_.wake_later(client_);
    set_patience();
    head_is_parsed_ = false;
    co_await client_.wait();
    if (cut_ != Failure::none) co_return cut_;
    if (client_.is_killed()) co_return Failure::client_gone;
    if (client_.take_expired() && !is_in_time()) co_return blame();
  }
}

void Exchange::send_request() {
  const RequestHead& request = head();
  CleanPath& path = worker_.path();
  path.set(request.path_query);
  const RequestRendering rendering{.path_query = path.path_query(),
                                   .host_override = host_override_,
                                   .upgrade = facts_.has_upgrade};
  write_request_head(worker_.head_text(), request, rendering, forwarding());
  if (log_texts_) sent_at_ = Clock::now();
  if (upload_.has_begun()) {  // what was read is kept: see may_retry
    const Relay::Step step =
        upload_.resume(link_->channel, worker_.head_text().view(), journey_->body.bytes());
    if (step == Relay::Step::done) upload_over_ = upload_whole_ = true;
    return;
  }
  const std::span<char> already = client_.after_head();
  upload_.limit_payload(worker_.entry_point(client_.entry_point()).body_bytes_max);
  const Relay::Step step =
      upload_.begin(client_.channel(), link_->channel, BodyDecoder(facts_.framing),
                    facts_.framing.kind == BodyKind::chunked, worker_.head_text().view(), already);
  client_.consume(already.size() - upload_.excess().size());
  if (step == Relay::Step::done) upload_over_ = upload_whole_ = true;
}

/// What targets are told of the client.
Forwarding Exchange::forwarding() const {
  const bool adds_via = worker_.entry_point(client_.entry_point()).adds_via;
  const std::string_view via =
      adds_via ? worker_.via().value(facts_.is_http_1_0) : std::string_view{};
  return {.trusts_client = client_.is_trusted(),
          .client_address = client_.peer_address(),
          .server = worker_.hostname(),
          .via = via};
}

Failure Exchange::pump() {
  needs_turn_ = false;
  if (client_.take_client_edge()) look_after_client();
  if (cut_ != Failure::none) return cut_;
  if (!upload_over_) {
    if (const Failure failure = pump_request(); failure != Failure::none) return failure;
  }
  const Failure failure = has_begun_ ? pump_response() : read_response();
  const std::uint64_t moved = upload_.moved() + download_.moved();
  if (moved != moved_ && lease_) lease_->moved(coarse_now());
  moved_ = moved;
  return failure;
}

/// A reset means that nobody waits for the answer any more. A FIN does not (RFC 9112 9.6).
void Exchange::look_after_client() {
  if (client_.has_reset()) cut_ = Failure::client_gone;
}

Failure Exchange::pump_request() {
  if (upload_.step() == Relay::Step::source_bad) return Failure::bad_framing;
  if (upload_.step() == Relay::Step::too_large) return Failure::body_too_large;
  const Relay::Step step = upload_.advance();
  // At once: the bytes are in the worker's scratch.
  if (upload_.has_read() && !has_kept_excess_ && !upload_.excess().empty()) {
    client_.keep(upload_.excess());
    has_kept_excess_ = true;
  }
  switch (step) {
    case Relay::Step::wait_source:
    case Relay::Step::wait_sink: return Failure::none;
    case Relay::Step::again: needs_turn_ = true; return Failure::none;
    case Relay::Step::done: upload_over_ = upload_whole_ = true; return Failure::none;
    case Relay::Step::source_bad: return Failure::bad_framing;
    case Relay::Step::too_large: return Failure::body_too_large;
    case Relay::Step::source_failed: return Failure::client_gone;
    case Relay::Step::sink_failed:
      // The target may have answered before it closed: that answer is still to be read.
      upload_over_ = true;
      return Failure::none;
  }
  return Failure::none;
}

/// Reads until the response's head is complete, then begins the response.
Failure Exchange::read_response() {
  for (;;) {
    // Interim responses that the client does not take hold the target back like any other bytes.
    const Relay::Step flushed = download_.advance();
    if (flushed == Relay::Step::sink_failed) return Failure::client_gone;
    if (flushed == Relay::Step::wait_sink) return Failure::none;
    std::span<char> into = worker_.scratch();
    if (link_->slot.sends_large) into = into.first(kLargeAnswersHead);
    if (response_rest_.is_held()) {
      if (response_bytes_ == response_rest_.capacity()) return Failure::bad_response;
      into = {response_rest_.data() + response_bytes_, response_rest_.capacity() - response_bytes_};
    }
    const IoResult read = link_->channel.try_read(into);
    if (read.status == IoStatus::would_block) return Failure::none;
    if (read.status != IoStatus::ok) {
      if (got_response_bytes_) return Failure::bad_response;
      return link_->is_reused ? Failure::link_stale : Failure::target_closed;
    }
    got_response_bytes_ = true;
    response_bytes_ += read.bytes;
    if (const Failure failure = take_response_head(); failure != Failure::none) return failure;
    if (is_over_) return Failure::none;  // the link is the tunnel's
    if (has_begun_) return after_response_step(download_.step());
  }
}

/// Looks for heads in what was read: any number of interim ones (RFC 9110 15.2), then the final.
Failure Exchange::take_response_head() {
  char* bytes = response_rest_.is_held() ? response_rest_.data() : worker_.scratch().data();
  std::size_t begin = 0;
  ResponseHead& response = worker_.response_head();
  while (begin < response_bytes_) {
    const std::string_view text(bytes + begin, response_bytes_ - begin);
    const HeadResult result =
        parse_response_head(text, kResponseHeadMax, response, response_searched_);
    if (result.state == HeadState::refused) return result.failure;
    response_searched_ = text.size();
    if (result.state == HeadState::incomplete) break;
    begin += result.bytes;
    response_searched_ = 0;
    if (response.status >= 200 || response.status == 101) {
      response_unread_ = {bytes + begin, response_bytes_ - begin};
      return response.status == 101 ? begin_tunnel() : begin_response();
    }
    if (const Failure failure = forward_interim(); failure != Failure::none) {
      return failure;
    }
  }
  // What is left is the beginning of a head: kept outside of the scratch.
  const std::size_t left = response_bytes_ - begin;
  if (left == 0) {
    response_rest_.release();
    response_bytes_ = 0;
    return Failure::none;
  }
  if (!response_rest_.is_held() || begin != 0 || left == response_rest_.capacity()) {
    if (left >= kResponseHeadMax) return Failure::bad_response;
    Buffer next = worker_.buffers().take(std::max(left * 2, BufferPool::kSmallest));
    std::memcpy(next.data(), bytes + begin, left);
    response_rest_ = std::move(next);
    response_bytes_ = left;
  }
  return Failure::none;
}

Failure Exchange::forward_interim() {
  if (++interims_ > kInterimsMax) return Failure::bad_response;
  if (facts_.is_http_1_0) return Failure::none;  // RFC 9110 15.2: never to a 1.0 client
  ResponseRendering rendering;
  rendering.drop_length = true;
  write_response_head(worker_.head_text(), worker_.response_head(), rendering);
  const Relay::Step step = download_.send(client_.channel(), worker_.head_text().view());
  return step == Relay::Step::sink_failed ? Failure::client_gone : Failure::none;
}

/// The connection has carried what transport.keepAlive* allows.
bool Exchange::is_clients_last() const {
  const conf::EntryPoint& entry = worker_.entry_point(client_.entry_point());
  const bool is_old =
      entry.life_max.count() != 0 && Clock::now() - client_.opened_at() >= entry.life_max;
  return is_old || (entry.requests_max != 0 && client_.requests() >= entry.requests_max);
}

Failure Exchange::begin_response() {
  const ResponseHead& response = worker_.response_head();
  if (response.status >= 500 && terms_.failures_max != 0) {
    terms_.note_failed_request(worker_, *lease_, "it answers " + std::to_string(response.status));
  }
  lease_->head_came(response.status);
  if (falls_back(response.status)) return Failure::unwanted_status;
  status_ = response.status;
  Framing framing = response.framing;
  ResponseRendering rendering;
  if (has_no_body(status_, facts_.is_head)) {
    framing = {};
    rendering.drop_length = status_ == 204;
  }
  const bool needs_chunks =
      framing.kind == BodyKind::chunked || framing.kind == BodyKind::until_close;
  rendering.chunks = needs_chunks && !facts_.is_http_1_0;
  link_may_persist_ = response.persistence.may_persist() && framing.kind != BodyKind::until_close;
  link_timeout_s_ = response.keep_alive_timeout_s;
  link_->slot.sends_large =
      framing.kind == BodyKind::length && framing.length >= Relay::kSpliceLeast + kLargeAnswersHead;
  if (is_event_stream(response.fields)) protocol_ = metrics::Protocol::sse;
  // An answer before the end of the request: what is left of the request is not waited for.
  const bool is_early = !upload_over_ || !upload_whole_;
  says_close_ = says_close_ || !facts_.may_persist || worker_.sends_clients_away() || is_early ||
                (needs_chunks && facts_.is_http_1_0) || is_clients_last();
  // RFC 9110 15.5.22: it says which protocol is required.
  rendering.upgrade = status_ == 426 && !value_of(response.fields, FieldId::upgrade).empty();
  rendering.say_close = says_close_;
  rendering.say_keep_alive = !says_close_ && facts_.is_http_1_0;
  rendering.date = worker_.date();
  rendering.extra_fields = set_cookie_;
  write_response_head(worker_.head_text(), response, rendering);
  has_begun_ = true;
  download_.begin(link_->channel, client_.channel(), BodyDecoder(framing), rendering.chunks,
                  worker_.head_text().view(), response_unread_);
  response_rest_.release();
  return Failure::none;
}

/// 101: from here on bytes pass both ways, whatever they mean, and the tunnel has what we had.
Failure Exchange::begin_tunnel() {
  const ResponseHead& response = worker_.response_head();
  if (!facts_.has_upgrade || !upload_whole_) return Failure::bad_response;
  // RFC 9110 7.8: never to a protocol that the client did not name.
  const std::string_view chosen = value_of(response.fields, FieldId::upgrade);
  bool was_asked_for = false;
  for_each_element(value_of(head().fields, FieldId::upgrade), [&](std::string_view asked) {
    was_asked_for = was_asked_for || iequals(asked, chosen);
  });
  if (!was_asked_for) return Failure::bad_response;
  status_ = 101;
  protocol_ = metrics::Protocol::websocket;
  lease_->head_came(status_);
  lease_->mark_upgrade();
  ResponseRendering rendering;
  rendering.drop_length = rendering.upgrade = true;
  rendering.extra_fields = set_cookie_;
  write_response_head(worker_.head_text(), response, rendering);
  auto tunnel = std::make_unique<Tunnel>(client_, std::move(link_), *lease_, terms_, account());
  lease_.reset();
  tunnel->begin(download_.take_rest(), worker_.head_text().view(), response_unread_,
                client_.after_body());
  client_.carry(std::move(tunnel));
  is_over_ = true;
  return Failure::none;
}

Failure Exchange::pump_response() {
  if (download_.is_done()) return after_response_step(Relay::Step::done);
  return after_response_step(download_.advance());
}

Failure Exchange::after_response_step(Relay::Step step) {
  switch (step) {
    case Relay::Step::wait_source:
      // The head may have left in begin(); what came since is read now, not at the next edge.
      return link_->channel.may_read() && !download_.has_read() ? pump_response() : Failure::none;
    case Relay::Step::wait_sink: return Failure::none;
    case Relay::Step::again: needs_turn_ = true; return Failure::none;
    case Relay::Step::done: is_over_ = true; return Failure::none;
    case Relay::Step::source_failed:
    case Relay::Step::source_bad:
    case Relay::Step::too_large: return Failure::target_cut;
    case Relay::Step::sink_failed: return Failure::client_gone;
  }
  return Failure::none;
}

/// Which time limit holds until the next edge. For what the client sends or takes it is not moved
/// by every byte: it is a window, in which enough must have moved (is_in_time).
void Exchange::set_patience() {
  const conf::EntryPoint& entry = worker_.entry_point(client_.entry_point());
  Patience next = Patience::none;
  Milliseconds limit{0};
  if (download_.step() == Relay::Step::wait_sink) {
    next = Patience::client_write;
    limit = entry.write_timeout;
  } else if (!upload_over_ && upload_.step() == Relay::Step::wait_source) {
    next = Patience::client_body;
    limit = entry.read_timeout;
  } else if (!has_begun_ && (upload_over_ || upload_.step() == Relay::Step::wait_sink)) {
    next = Patience::target_head;
    limit = response_timeout_;
  }
  const bool is_window = next == Patience::client_write || next == Patience::client_body;
  if (next == patience_ && (is_window || patience_moved_ == moved_)) return;
  patience_ = next;
  patience_limit_ = limit;
  patience_moved_ = is_window ? moved_by_client() : moved_;
  if (limit.count() == 0) {
    client_.limit().disarm();
  } else {
    client_.limit().arm(limit);
  }
}

/// Bytes of the current direction that the client has sent, or acknowledged: what the kernel holds
/// for a slow reader is not with it yet, and is taken so seldom that writes alone tell too little.
std::uint64_t Exchange::moved_by_client() const noexcept {
  if (patience_ == Patience::client_body) return upload_.moved();
  return download_.moved() - client_.channel().unsent();
}

/// After a window: true, and a new one begins, when bytes moved and no fewer than the entry point's
/// minimum rate asks for.
bool Exchange::is_in_time() {
  if (patience_ != Patience::client_body && patience_ != Patience::client_write) return false;
  const std::uint64_t moved = moved_by_client() - std::exchange(patience_moved_, moved_by_client());
  const std::uint64_t rate_min = worker_.entry_point(client_.entry_point()).rate_min;
  if (!is_enough(moved, patience_limit_, rate_min)) return false;
  client_.limit().arm(patience_limit_);
  return true;
}

Failure Exchange::blame() const noexcept {
  switch (patience_) {
    case Patience::client_body: return Failure::client_timeout;
    case Patience::target_head: return Failure::target_timeout;
    default: return Failure::client_gone;
  }
}

}  // namespace gapura::proxy
