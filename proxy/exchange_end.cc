// How an exchange ends: the response was complete, or there is a failure to answer or to cut for.
#include "proxy/client_connection.h"
#include "proxy/exchange.h"
#include "proxy/worker.h"

namespace gapura::proxy {

bool Exchange::finish() {
  const bool keeps_client = !says_close_ && upload_whole_;
  give_back_link();
  release_lease();
  record(status_);
  if (!upload_whole_) client_.linger_at_close();
  if (journey_) send_mirrors();
  return keeps_client;
}

/// A link goes back only when nothing on it can be mistaken for the next answer.
void Exchange::give_back_link() {
  if (!link_) return;
  const bool is_clean =
      link_may_persist_ && upload_whole_ && !worker_.is_stopping() && download_.excess().empty();
  // Still readable after a complete answer: closed, or bytes that nobody asked for.
  if (!is_clean || (link_->channel.may_read() && link_->channel.look())) {
    link_.reset();
    return;
  }
  const Milliseconds limit = TargetSlots::idle_limit(link_timeout_s_);
  if (limit.count() <= 0) {
    link_.reset();
    return;
  }
  worker_.slots().give_back(std::move(link_), limit, coarse_now());
}

Task<bool> Exchange::refuse_head(Failure failure) {
  if (worker_.access_lines() != nullptr) {
    log_texts_ = worker_.access_lines()->texts().take();
    log_texts_->set_refused();
  }
  co_return co_await refuse(failure);
}

Task<bool> Exchange::refuse(Failure failure) {
  const FailureRow& what = row(failure);
  const bool is_clients_fault = what.fault == Fault::client;
  refused_for_ = failure;
  // The failure of the last attempt of several was counted with that attempt.
  if (!is_exhausted_) worker_.shard().errors[static_cast<std::size_t>(failure)].add();
  release_lease();
  link_.reset();
  if (what.status == 0 || has_begun_) {
    // A body that stops in the middle must not look whole: the client gets a reset.
    if (has_begun_) client_.reset_at_close();
    record(is_clients_fault ? kClientClosed : (status_ != 0 ? status_ : 502u));
    co_return false;
  }
  const bool keeps_client =
      !is_clients_fault && facts_.may_persist && is_request_read() && !worker_.sends_clients_away();
  std::string retry_after;
  if (what.status == 503) retry_after = "Retry-After: " + std::to_string(retry_after_s_) + "\r\n";
  const OwnAnswer answer{.status = what.status,
                         .body = what.body,
                         .is_head_request = facts_.is_head,
                         .say_close = !keeps_client,
                         .say_keep_alive = keeps_client && facts_.is_http_1_0,
                         .date = worker_.date(),
                         .extra_fields = retry_after};
  write_own_answer(worker_.head_text(), answer);
  const Relay::Step step = download_.send(client_.channel(), worker_.head_text().view());
  if (step == Relay::Step::wait_sink) co_await flush_answer();
  record(what.status);
  if (!keeps_client) {
    client_.linger_at_close();
  } else if (facts_.framing.kind == BodyKind::length) {
    client_.consume(static_cast<std::size_t>(facts_.framing.length));
  }
  co_return keeps_client;
}

Task<void> Exchange::flush_answer() {
  const Milliseconds limit = worker_.entry_point(client_.entry_point()).write_timeout;
  if (limit.count() != 0) client_.limit().arm(limit);
  while (download_.advance() == Relay::Step::wait_sink) {
    co_await client_.wait();
    if (client_.is_killed() || client_.take_expired()) co_return;
  }
}

void Exchange::record(unsigned status) {
  account().close(client_, status, upload_.payload_bytes(), download_.payload_bytes());
}

Account Exchange::account() {
  return {.started = started_,
          .sent_at = sent_at_,
          .method = facts_.method,
          .protocol = protocol_,
          .refused_for = refused_for_,
          .is_http_1_0 = facts_.is_http_1_0,
          .has_service = has_service_,
          .service = terms_.slot,
          .target_status = status_,
          .retries = attempts_ > 1 ? attempts_ - 1 : 0,
          .log_texts = std::move(log_texts_)};
}

}  // namespace gapura::proxy
