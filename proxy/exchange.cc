#include "proxy/exchange.h"

#include <cstring>

#include "base/ascii.h"
#include "base/check.h"
#include "proxy/client_connection.h"
#include "proxy/connect.h"
#include "proxy/journey.h"
#include "proxy/worker.h"

namespace gapura::proxy {

Exchange::Exchange(ClientConnection& client)
    : client_(client),
      worker_(client.worker()),
      started_(Clock::now()),
      upload_(worker_.buffers(), worker_.scratch(), &worker_.pipes()),
      download_(worker_.buffers(), worker_.scratch(), &worker_.pipes()) {}

Exchange::~Exchange() = default;

void Exchange::note_facts(const RequestHead& head) {
  facts_.method = metrics::method_of(head.method);
  facts_.is_head = head.method == "HEAD";
  facts_.is_idempotent = is_idempotent(head.method);
  facts_.is_http_1_0 = head.persistence.is_http_1_0;
  facts_.may_persist = head.persistence.may_persist();
  facts_.has_upgrade = head.persistence.has_upgrade;
  facts_.framing = head.framing;
  if (worker_.access_lines() != nullptr) {
    log_texts_ = worker_.access_lines()->texts().take();
    log_texts_->set(head);
  }
}

/// The request's head; read again when others have used the worker's since.
const RequestHead& Exchange::head() {
  RequestHead& head = worker_.request_head();
  if (head_is_parsed_) return head;
  const HeadResult result = parse_request_head(client_.head_bytes(), SIZE_MAX, head);
  check(result.state == HeadState::complete, "a head that was read once cannot be read again");
  return head;
}

Task<bool> Exchange::run() {
  head_is_parsed_ = true;
  note_facts(head());
  if (const Failure failure = refusal(); failure != Failure::none) {
    co_return co_await refuse(failure);
  }
  for (;;) {
    Failure failure = choose(false);
    if (failure == Failure::queue_full) failure = co_await wait_for_room();
    if (failure == Failure::none && !link_) failure = co_await connect();
    if (failure == Failure::none) failure = co_await converse();
    if (failure == Failure::none) break;
    leave_target(failure);
    if (!may_retry(failure)) co_return co_await refuse(failure);
    last_failure_ = failure;
  }
  if (client_.has_tunnel()) co_return false;
  co_return finish();
}

/// What is refused whichever target it is for.
Failure Exchange::refusal() {
  const RequestHead& request = head();
  const std::uint64_t body_max = worker_.entry_point(client_.entry_point()).body_bytes_max;
  if (body_max != 0 && request.framing.length > body_max) return Failure::body_too_large;
  if (request.has_via && worker_.via().has_passed(request.fields)) return Failure::loop;
  // RFC 9110 7.6.2: at 0 the request is not for the next hop but for us.
  if (!counts_hops(request.method)) return Failure::none;
  const std::string_view hops = value_of(request.fields, FieldId::max_forwards);
  if (hops.empty() || hops.find_first_not_of('0') != std::string_view::npos) return Failure::none;
  return request.method == "TRACE" ? Failure::max_forwards_trace : Failure::max_forwards_options;
}

Failure Exchange::choose(bool has_turn) {
  const RequestHead& request = head();
  if (attempts_ == 0 && worker_.sends_clients_away()) says_close_ = true;
  CleanPath& path = worker_.path();
  if (!path.set(request.path_query)) return Failure::bad_uri;
  const balancer::Snapshot& snapshot = worker_.snapshot();
  const balancer::routing::RequestView view{.method = request.method,
                                            .host = request.authority,
                                            .path = path.routing(),
                                            .fields = request.fields.all()};
  const auto* route = snapshot.routes[index(client_.entry_point())].match(view);
  if (route == nullptr) return Failure::no_route;
  const TimePoint now = attempts_ == 0 && !has_turn ? started_ : Clock::now();
  balancer::PickRequest wanted{.tried = {tried_.data(), tried_count_},
                               .request = view,
                               .client_address = client_.peer_address(),
                               .now = now};
  const balancer::Service& named = snapshot.services[route->service];
  const balancer::Service& service =
      named.is_composite() ? follow(snapshot, named, wanted, has_turn) : named;
  wanted.in_flight_max = service.in_flight_max;
  has_service_ = true;
  terms_ = {.slot = service.slot,
            .is_limited = service.queue != nullptr,
            .failures_max = service.failures_max,
            .failure_window = service.failure_window};
  if (log_texts_) log_texts_->note_route(route->name, service.label);
  queue_length_max_ = service.queue_length_max;
  queue_timeout_ = service.queue_timeout;
  retry_after_s_ = service.retry_after_s;
  // Nobody overtakes those who wait, on whatever worker.
  if (terms_.is_limited && !has_turn && service.queue->length() > 0) return Failure::queue_full;
  std::size_t picked = balancer::kept_place(service, wanted);
  const bool is_kept = picked != balancer::kNoPlace;
  if (!is_kept) picked = worker_.picker(service.slot).pick(service, wanted);
  if (!is_kept && balancer::must_wait(service, wanted, picked)) return Failure::queue_full;
  ++attempts_;
  if (picked == balancer::Picker::npos) {
    // Everybody was tried: what the last one did is what the client is told.
    is_exhausted_ = last_failure_ != Failure::none;
    return is_exhausted_ ? last_failure_ : Failure::no_target;
  }
  if (!pick(service, service.at(picked), now)) return Failure::queue_full;
  set_cookie_.clear();
  if (journey_) set_cookie_ = journey_->way.cookies;
  if (service.sticky && !is_kept) set_cookie_ += service.sticky->set_cookie(picked);
  return Failure::none;
}

/// False: another worker was faster, the target is full now.
bool Exchange::pick(const balancer::Service& service, const balancer::Target& target,
                    TimePoint now) {
  TargetSlot& slot = worker_.slots()[target.state->slot];
  lease_.emplace(slot, &on_cut, this);
  if (service.in_flight_max != 0 && lease_->count_then() > service.in_flight_max) {
    --attempts_;
    release_lease();
    return false;
  }
  lease_->moved(now);
  if (service.strategy == conf::StrategyKind::leasttime) lease_->await_head(now);
  endpoint_ = target.endpoint;
  connect_timeout_ = service.connect_timeout;
  response_timeout_ = service.response_timeout;
  host_override_.clear();
  if (!service.pass_host_header) host_override_ = target.authority;
  worker_.retry_budget(terms_.slot).request();
  if (log_texts_) log_texts_->note_target(target.state->url);
  // A body that is still arriving cannot be sent twice, so it must not meet a stale link.
  const bool is_replayable = facts_.is_idempotent && is_request_read();
  if (!wants_fresh_link_) link_ = worker_.slots().take(slot, is_replayable, now);
  if (link_) worker_.shard().links_reused.add();
  return true;
}

/// Until a target has room. Whoever waits holds its place while it tries, so that nobody passes it.
Task<Failure> Exchange::wait_for_room() {
  const WaitingLine::Place place(worker_.line(terms_.slot), client_, queue_length_max_);
  if (!place.is_taken()) co_return Failure::queue_full;
  client_.limit().arm(queue_timeout_);
  patience_ = Patience::none;  // what an earlier attempt waited for
  for (;;) {
    const Failure failure = place.is_first() ? choose(true) : Failure::queue_full;
    if (failure != Failure::queue_full) {
      client_.limit().disarm();
      co_return failure;
    }
    head_is_parsed_ = false;
    co_await client_.wait();
    if (client_.is_killed()) co_return Failure::client_gone;
    if (client_.take_client_edge()) look_after_client();
    if (cut_ != Failure::none) co_return cut_;
    if (client_.take_expired()) co_return Failure::queue_timeout;
  }
}

/// The whole request is in the connection's buffer, and could be sent again from there.
bool Exchange::is_request_read() const noexcept {
  if (upload_.has_read()) return false;
  if (facts_.framing.kind == BodyKind::none) return true;
  return facts_.framing.kind == BodyKind::length &&
         client_.after_head_size() >= facts_.framing.length;
}

Task<Failure> Exchange::connect() {
  head_is_parsed_ = false;  // others may run while this waits
  Connecting begun = start_connect(worker_.loop(), lease_->slot(), endpoint_);
  if (!begun.link) {
    if (is_local_error(begun.error)) co_return Failure::out_of_descriptors;
    co_return connect_failed(Failure::connect_failed, std::strerror(begun.error));
  }
  link_ = std::move(begun.link);
  link_->channel.notify(&ClientConnection::on_link_edge, &client_);
  client_.limit().arm(connect_timeout_);
  while (begun.is_pending && !link_->channel.may_write()) {
    co_await client_.wait();
    if (cut_ == Failure::drain_cut) {
      cut_ = Failure::none;
      co_return Failure::drained_before_sent;
    }
    if (cut_ != Failure::none) co_return cut_;
    if (client_.is_killed()) co_return Failure::client_gone;
    if (client_.take_expired()) {
      co_return connect_failed(Failure::connect_timeout, "no answer to connect");
    }
  }
  client_.limit().disarm();
  patience_ = Patience::none;
  const int error = connect_error(*link_);
  if (error != 0) co_return connect_failed(Failure::connect_failed, std::strerror(error));
  worker_.shard().links_opened.add();
  if (lease_->state().is_suspended.load(std::memory_order_relaxed)) {
    worker_.observations().connect_succeeded(lease_->slot().state);
  }
  co_return Failure::none;
}

/// From here on nobody else walks into the same wall: the flag is seen by every worker at once.
Failure Exchange::connect_failed(Failure failure, std::string reason) {
  balancer::TargetState& state = lease_->state();
  if (!state.is_suspended.exchange(true, std::memory_order_relaxed)) {
    worker_.observations().connect_failed(lease_->slot().state, std::move(reason));
  }
  return failure;
}

/// Gives up the attempt's target; the next attempt goes elsewhere. Only a stale link says nothing
/// about its target: that may be tried again, over a fresh one.
void Exchange::leave_target(Failure failure) {
  link_.reset();
  if (!lease_) return;
  terms_.note(worker_, *lease_, failure);
  const balancer::TargetState* state = &lease_->state();
  release_lease();
  wants_fresh_link_ = failure == Failure::link_stale;
  if (!wants_fresh_link_ && tried_count_ < tried_.size()) tried_[tried_count_++] = state;
}

bool Exchange::may_retry(Failure failure) {
  if (has_begun_ || is_exhausted_ || is_last_attempt()) return false;
  const bool is_kept = has_kept_body();
  switch (row(failure).retry) {
    case Retry::never: return false;
    case Retry::always: break;
    case Retry::if_replayable:
      if (!facts_.is_idempotent || !(is_request_read() || is_kept)) return false;
      // A stale link says nothing of its target, and the next try is over a fresh one: it cannot be
      // repeated, so the budget is not asked (docs/decisions/0006).
      if (failure != Failure::link_stale && !worker_.retry_budget(terms_.slot).take()) {
        worker_.shard().retries_refused(terms_.slot).add();
        return false;
      }
      break;
    case Retry::if_kept: break;  // see falls_back()
  }
  if (upload_.has_read() && !is_kept) return false;
  worker_.shard().retries(terms_.slot).add();
  worker_.shard().errors[static_cast<std::size_t>(failure)].add();
  // With a kept body it goes on where it is.
  if (!is_kept || !upload_.has_begun()) upload_.reset();
  upload_over_ = upload_whole_ = got_response_bytes_ = false;
  response_rest_.release();
  response_bytes_ = response_searched_ = 0;
  return true;
}

void Exchange::on_cut(void* owner) noexcept {
  auto* self = static_cast<Exchange*>(owner);
  self->cut_ = Failure::drain_cut;
  self->client_.wake();
}

void Exchange::release_lease() {
  if (!lease_) return;
  terms_.release(worker_, *lease_);
  lease_.reset();
}

}  // namespace gapura::proxy
