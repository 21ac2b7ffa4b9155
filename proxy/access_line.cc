#include "proxy/access_line.h"

#include <algorithm>
#include <ctime>
#include <iterator>

#include "base/format.h"

namespace gapura::proxy {
namespace {

std::string_view or_dash(std::string_view text) noexcept {
  return text.empty() ? "-" : text;
}

/// "21/Nov/2026:08:40:24 +0000", in UTC: a log that changes its clock twice a year is no log.
std::string_view clf_time(std::chrono::system_clock::time_point time, char (&text)[40]) {
  const std::time_t second = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&second, &parts);
  return {text, std::strftime(text, sizeof text, "%d/%b/%Y:%H:%M:%S +0000", &parts)};
}

std::string_view iso_time(std::chrono::system_clock::time_point time, char (&text)[40]) {
  const std::time_t second = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&second, &parts);
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace

AccessLines::AccessLines(Loop& loop, AccessLog& log, metrics::Shard& shard)
    : log_(log),
      shard_(shard),
      age_(
          loop.wheel(), [](void* self) noexcept { static_cast<AccessLines*>(self)->flush(); },
          this) {
  batch_.reserve(kBatchBytes + 4096);
}

void AccessLines::add(const AccessRecord& record) {
  if (log_.format() == conf::LogFormat::json) {
    add_json(record);
  } else {
    add_common(record);
  }
  batch_ += '\n';
  if (batch_.size() >= kBatchBytes) {
    flush();
  } else if (!age_.is_armed()) {
    age_.arm(kBatchAge);
  }
}

void AccessLines::flush() {
  age_.disarm();
  if (batch_.empty()) return;
  const auto lines = static_cast<std::uint64_t>(std::ranges::count(batch_, '\n'));
  if (!log_.hand_over(batch_)) {
    shard_.access_log_dropped.add(lines);
    batch_.clear();
  }
}

/// What a client sent may hold quotes and bytes of any kind: none may end the text or the line.
void AccessLines::quoted(std::string_view text) {
  batch_ += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      batch_ += '\\';
      batch_ += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      fmt::format_to(std::back_inserter(batch_), "\\u{:04x}", byte);
    } else {
      batch_ += c;
    }
  }
  batch_ += '"';
}

/// Traefik's common format: the Common Log Format with referer and agent, then the request's
/// number, router, server and duration.
void AccessLines::add_common(const AccessRecord& record) {
  char time[40];
  auto out = std::back_inserter(batch_);
  fmt::format_to(out, "{} - - [{}] ", record.client_address, clf_time(record.started, time));
  batch_ += '"';
  for (const std::string_view part : {record.method, record.target}) {
    for (const char c : part) {
      if (c == '"' || c == '\\') batch_ += '\\';
      batch_ += c;
    }
    batch_ += ' ';
  }
  fmt::format_to(out, "HTTP/1.{}\" {} {} ", record.is_http_1_0 ? 0 : 1, record.status,
                 record.response_bytes);
  quoted(or_dash(record.referer));
  batch_ += ' ';
  quoted(or_dash(record.user_agent));
  fmt::format_to(out, " {} \"{}\" \"{}\" {}ms", record.request_count, or_dash(record.router),
                 or_dash(record.target_url), record.duration.count() / 1000);
}

/// Traefik's field names; durations in nanoseconds.
void AccessLines::add_json(const AccessRecord& record) {
  char time[40];
  auto out = std::back_inserter(batch_);
  fmt::format_to(out,
                 R"({{"time":"{}","level":"info","msg":"","ClientAddr":"{}:{}","ClientHost":"{}",)",
                 iso_time(record.started, time), record.client_address, record.client_port,
                 record.client_address);
  const auto text = [&](std::string_view name, std::string_view value) {
    fmt::format_to(out, "\"{}\":", name);
    quoted(value);
    batch_ += ',';
  };
  text("RequestMethod", record.method);
  text("RequestPath", record.target);
  text("RequestHost", record.authority);
  text("request_Referer", record.referer);
  text("request_User-Agent", record.user_agent);
  text("entryPointName", record.entry_point);
  text("RouterName", record.router);
  text("ServiceName", record.service);
  text("ServiceURL", record.target_url);
  if (!record.error.empty()) text("GapuraError", record.error);
  fmt::format_to(
      out,
      R"("RequestProtocol":"HTTP/1.{}","RequestScheme":"http","RequestContentSize":{},)"
      R"("OriginStatus":{},"OriginDuration":{},"DownstreamStatus":{},)"
      R"("DownstreamContentSize":{},"Duration":{},"RequestCount":{},"RetryAttempts":{}}})",
      record.is_http_1_0 ? 0 : 1, record.request_bytes, record.target_status,
      record.target_duration.count() * 1000, record.status, record.response_bytes,
      record.duration.count() * 1000, record.request_count, record.retries);
}

}  // namespace gapura::proxy
