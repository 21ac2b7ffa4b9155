#include "proxy/access_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace gapura::proxy {
namespace {

std::string_view or_dash(std::string_view text) noexcept {
  return text.empty() ? "-" : text;
}

/// In UTC: a log that changes its clock twice a year is no log.
const char* time_format(conf::LogFormat format) noexcept {
  return format == conf::LogFormat::json ? "%Y-%m-%dT%H:%M:%SZ" : "%d/%b/%Y:%H:%M:%S +0000";
}

template <class Integer>
void append_number(std::string& out, Integer number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

constexpr bool ends_text(char c) noexcept {
  return c == '"' || c == '\\';
}
constexpr bool ends_text_or_line(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return ends_text(c) || byte < 0x20 || byte >= 0x7f;
}

/// `must_escape` says of which bytes not the byte itself is written.
template <class MustEscape>
void append_escaped(std::string& out, std::string_view text, MustEscape must_escape) {
  for (auto rest = text.begin();;) {
    const auto plain_end = std::find_if(rest, text.end(), must_escape);
    out.append(rest, plain_end);
    if (plain_end == text.end()) return;
    if (ends_text(*plain_end)) {
      out.append({'\\', *plain_end});
    } else {
      constexpr std::string_view kHex = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(*plain_end);
      out.append("\\u00").append({kHex[byte >> 4], kHex[byte & 15]});
    }
    rest = plain_end + 1;
  }
}

/// What a client sent may hold quotes and bytes of any kind: none may end the text or the line.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text, ends_text_or_line);
  out += '"';
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(name);
  append_quoted(out, text);
  out += ',';
}

}  // namespace

AccessLines::AccessLines(Loop& loop, AccessLog& log, metrics::Shard& shard)
    : log_(log),
      shard_(shard),
      time_(time_format(log.format())),
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
  ++lines_;
  if (batch_.size() >= kBatchBytes) {
    flush();
  } else if (!age_.is_armed()) {
    age_.arm(kBatchAge);
  }
}

void AccessLines::flush() {
  age_.disarm();
  if (batch_.empty()) return;
  const std::uint64_t lines = std::exchange(lines_, 0);
  if (!log_.hand_over(batch_)) {
    shard_.access_log_dropped.add(lines);
    batch_.clear();
  }
}

/// Traefik's common format: the Common Log Format with referer and agent, then the request's
/// number, router, server and duration.
void AccessLines::add_common(const AccessRecord& record) {
  std::string& out = batch_;
  const auto started = std::chrono::system_clock::to_time_t(record.started);
  out.append(record.client_address).append(" - - [").append(time_.of(started)).append("] \"");
  append_escaped(out, record.method, ends_text);
  out += ' ';
  append_escaped(out, record.target, ends_text);
  out.append(record.is_http_1_0 ? " HTTP/1.0\" " : " HTTP/1.1\" ");
  append_number(out, record.status);
  out += ' ';
  append_number(out, record.response_bytes);
  out += ' ';
  append_quoted(out, or_dash(record.referer));
  out += ' ';
  append_quoted(out, or_dash(record.user_agent));
  out += ' ';
  append_number(out, record.request_count);
  out.append(" \"").append(or_dash(record.router));
  out.append("\" \"").append(or_dash(record.target_url)).append("\" ");
  append_number(out, record.duration.count() / 1000);
  out.append("ms");
}

/// Traefik's field names; durations in nanoseconds.
void AccessLines::add_json(const AccessRecord& record) {
  std::string& out = batch_;
  const auto number = [&out](std::string_view name, auto value) {
    out.append(name);
    append_number(out, value);
  };
  const auto started = std::chrono::system_clock::to_time_t(record.started);
  out.append(R"({"time":")").append(time_.of(started));
  out.append(R"(","level":"info","msg":"","ClientAddr":")").append(record.client_address);
  number(":", record.client_port);
  out.append(R"(","ClientHost":")").append(record.client_address).append(R"(",)");
  append_member(out, R"("RequestMethod":)", record.method);
  append_member(out, R"("RequestPath":)", record.target);
  append_member(out, R"("RequestHost":)", record.authority);
  append_member(out, R"("request_Referer":)", record.referer);
  append_member(out, R"("request_User-Agent":)", record.user_agent);
  append_member(out, R"("entryPointName":)", record.entry_point);
  append_member(out, R"("RouterName":)", record.router);
  append_member(out, R"("ServiceName":)", record.service);
  append_member(out, R"("ServiceURL":)", record.target_url);
  if (!record.error.empty()) append_member(out, R"("GapuraError":)", record.error);
  out.append(record.is_http_1_0 ? R"("RequestProtocol":"HTTP/1.0")"
                                : R"("RequestProtocol":"HTTP/1.1")");
  number(R"(,"RequestScheme":"http","RequestContentSize":)", record.request_bytes);
  number(R"(,"OriginStatus":)", record.target_status);
  number(R"(,"OriginDuration":)", record.target_duration.count() * 1000);
  number(R"(,"DownstreamStatus":)", record.status);
  number(R"(,"DownstreamContentSize":)", record.response_bytes);
  number(R"(,"Duration":)", record.duration.count() * 1000);
  number(R"(,"RequestCount":)", record.request_count);
  number(R"(,"RetryAttempts":)", record.retries);
  out += '}';
}

}  // namespace gapura::proxy
