#include "proxy/account.h"

#include <algorithm>

#include "proxy/access_line.h"
#include "proxy/client_connection.h"
#include "proxy/worker.h"

namespace gapura::proxy {

void Account::close(ClientConnection& client, unsigned status, std::uint64_t request_bytes,
                    std::uint64_t response_bytes) const {
  const TimePoint now = Clock::now();
  const auto duration_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now - started).count());
  metrics::SeriesKey key{
      .method = method, .protocol = protocol, .code = static_cast<std::uint16_t>(status)};
  // A target may invent codes up to 999; they share one series.
  key.code = std::min<std::uint16_t>(key.code, 600);
  key.slot = static_cast<std::uint32_t>(client.entry_point());
  Worker& worker = client.worker();
  metrics::Shard& shard = worker.shard();
  shard.observe(key, duration_us, request_bytes, response_bytes);
  if (has_service) {
    key.scope = metrics::SeriesKey::Scope::service;
    key.slot = static_cast<std::uint32_t>(service);
    shard.observe(key, duration_us, request_bytes, response_bytes);
  }
  worker.count_costs();
  if (log_texts) log(client, now, status, request_bytes, response_bytes);
}

void Account::log(ClientConnection& client, TimePoint now, unsigned status,
                  std::uint64_t request_bytes, std::uint64_t response_bytes) const {
  using Part = LogTexts::Part;
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(now - started);
  const bool was_sent = sent_at != TimePoint{};
  const auto target_duration = std::chrono::duration_cast<std::chrono::microseconds>(
      was_sent ? now - sent_at : TimePoint::duration{});
  Worker& worker = client.worker();
  const AccessRecord record{
      .client_address = client.peer_address(),
      .client_port = client.peer().port(),
      .error = refused_for == Failure::none ? std::string_view{} : row(refused_for).name,
      .method = log_texts->of(Part::method),
      .target = log_texts->of(Part::target),
      .authority = log_texts->of(Part::authority),
      .referer = log_texts->of(Part::referer),
      .user_agent = log_texts->of(Part::user_agent),
      .is_http_1_0 = is_http_1_0,
      .status = status,
      .target_status = target_status,
      .request_bytes = request_bytes,
      .response_bytes = response_bytes,
      .duration = duration,
      .target_duration = target_duration,
      .started = std::chrono::system_clock::now() - duration,
      .entry_point = worker.entry_point(client.entry_point()).name,
      .router = log_texts->of(Part::router),
      .service = log_texts->of(Part::service),
      .target_url = log_texts->of(Part::target_url),
      .request_count = client.requests(),
      .retries = retries};
  worker.access_lines()->add(record);
}

}  // namespace gapura::proxy
