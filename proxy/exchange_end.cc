// How an exchange ends: the response was complete, or there is a failure to answer or to cut for.
#include "proxy/client_connection.h"
#include "proxy/exchange.h"
#include "proxy/worker.h"

namespace gapura::proxy {
namespace {

constexpr unsigned kClientClosed = 499;  // logged and counted, never sent

}  // namespace

bool Exchange::finish() {
  const bool keeps_client = !says_close_ && upload_whole_ && !is_tunnel_;
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
  const bool is_clean = link_may_persist_ && upload_whole_ && !is_tunnel_ &&
                        !worker_.is_stopping() && download_.excess().empty();
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
  worker_.slots().give_back(std::move(link_), limit, Clock::now());
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
    if (has_begun_ && !is_tunnel_) client_.reset_at_close();
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
  const TimePoint now = Clock::now();
  const auto duration_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now - started_).count());
  metrics::SeriesKey key{.method = facts_.method, .code = static_cast<std::uint16_t>(status)};
  // A target may invent codes up to 999; they share one series.
  key.code = std::min<std::uint16_t>(key.code, 600);
  key.protocol = is_tunnel_         ? metrics::Protocol::websocket
                 : is_event_stream_ ? metrics::Protocol::sse
                                    : metrics::Protocol::http;
  key.slot = static_cast<std::uint32_t>(client_.entry_point());
  metrics::Shard& shard = worker_.shard();
  shard.observe(key, duration_us, upload_.payload_bytes(), download_.payload_bytes());
  if (has_service_) {
    key.scope = metrics::SeriesKey::Scope::service;
    key.slot = static_cast<std::uint32_t>(service_);
    shard.observe(key, duration_us, upload_.payload_bytes(), download_.payload_bytes());
  }
  worker_.count_costs();
  if (log_texts_) log(status, now);
}

void Exchange::log(unsigned status, TimePoint now) {
  using Part = LogTexts::Part;
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(now - started_);
  const bool was_sent = sent_at_ != TimePoint{};
  const auto target_duration = std::chrono::duration_cast<std::chrono::microseconds>(
      was_sent ? now - sent_at_ : TimePoint::duration{});
  const AccessRecord record{
      .client_address = client_.peer_address(),
      .client_port = client_.peer().port(),
      .error = refused_for_ == Failure::none ? std::string_view{} : row(refused_for_).name,
      .method = log_texts_->of(Part::method),
      .target = log_texts_->of(Part::target),
      .authority = log_texts_->of(Part::authority),
      .referer = log_texts_->of(Part::referer),
      .user_agent = log_texts_->of(Part::user_agent),
      .is_http_1_0 = facts_.is_http_1_0,
      .status = status,
      .target_status = status_,
      .request_bytes = upload_.payload_bytes(),
      .response_bytes = download_.payload_bytes(),
      .duration = duration,
      .target_duration = target_duration,
      .started = std::chrono::system_clock::now() - duration,
      .entry_point = worker_.entry_point(client_.entry_point()).name,
      .router = log_texts_->of(Part::router),
      .service = log_texts_->of(Part::service),
      .target_url = log_texts_->of(Part::target_url),
      .request_count = client_.requests(),
      .retries = attempts_ > 1 ? attempts_ - 1 : 0};
  worker_.access_lines()->add(record);
}

}  // namespace gapura::proxy
