#include "proxy/head_writer.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"

namespace gapura::proxy {
namespace {

/// Copies lines in runs: the lines of a head lie one behind another in memory.
class LineRuns {
 public:
  LineRuns(HeadText& out, const Fields& fields) noexcept : out_(out), fields_(fields) {}
  void skip(std::size_t line) {
    if (first_ < line) copy(first_, line);
    first_ = line + 1;
  }
  void finish() { copy(first_, fields_.count); }

 private:
  void copy(std::size_t from, std::size_t to) {
    if (from >= to) return;
    const char* begin = fields_.lines[from].name.data();
    const HttpField& last = fields_.lines[to - 1];
    const char* end = last.value.data() + last.value.size();
    out_.append(std::string_view(begin, static_cast<std::size_t>(end - begin)), "\r\n");
  }
  HeadText& out_;
  const Fields& fields_;
  std::size_t first_ = 0;
};

/// X-Forwarded-For alone is a list that grows by one at each proxy; X-Real-Ip and the others stay.
bool is_field(const HttpField& field, std::string_view name) noexcept {
  return iequals(field.name, name);
}

bool has_field(const Fields& fields, std::string_view name) noexcept {
  return std::ranges::any_of(fields.all(),
                             [&](const HttpField& field) { return is_field(field, name); });
}

void append_field(HeadText& out, std::string_view name, std::string_view value) {
  out.append(name, ": ", value, "\r\n");
}

/// The port in a Host value; empty when there is none. IPv6 literals have colons inside brackets.
std::string_view port_of(std::string_view authority) noexcept {
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  if (colon == std::string_view::npos) return {};
  if (bracket != std::string_view::npos && colon < bracket) return {};
  return authority.substr(colon + 1);
}

bool is_websocket(const RequestHead& head) noexcept {
  return iequals(value_of(head.fields, FieldId::upgrade), "websocket");
}

void append_forwarded_for(HeadText& out, const RequestHead& head, const Forwarding& forwarding) {
  out.append("X-Forwarded-For: ");
  if (forwarding.trusts_client) {
    for (const HttpField& field : head.fields.all()) {
      if (!is_field(field, "x-forwarded-for") || field.value.empty()) continue;
      out.append(field.value, ", ");
    }
  }
  out.append(forwarding.client_address, "\r\n");
}

/// RFC 7239 4: a chain that a trusted proxy began is continued, never begun: X-Forwarded-For says
/// the same. An address with colons is quoted and in brackets (section 6).
void append_forwarded(HeadText& out, const RequestHead& head, std::string_view address) {
  bool has_any = false;
  for (const HttpField& field : head.fields.all()) {
    if (!is_field(field, "forwarded") || field.value.empty()) continue;
    out.append(has_any ? ", " : "Forwarded: ", field.value);
    has_any = true;
  }
  if (!has_any) return;
  const bool is_v6 = address.find(':') != std::string_view::npos;
  out.append(is_v6 ? ", for=\"[" : ", for=", address, is_v6 ? "]\"\r\n" : "\r\n");
}

void append_forwarding(HeadText& out, const RequestHead& head, const Forwarding& forwarding) {
  const auto is_missing = [&](std::string_view name) {
    return !forwarding.trusts_client || !has_field(head.fields, name);
  };
  append_forwarded_for(out, head, forwarding);
  if (is_missing("x-real-ip")) append_field(out, "X-Real-Ip", forwarding.client_address);
  if (is_missing("x-forwarded-proto")) {
    const bool is_ws = head.persistence.has_upgrade && is_websocket(head);
    append_field(out, "X-Forwarded-Proto", is_ws ? "ws" : "http");
  }
  if (is_missing("x-forwarded-host") && !head.authority.empty()) {
    append_field(out, "X-Forwarded-Host", head.authority);
  }
  if (is_missing("x-forwarded-port")) {
    const std::string_view port = port_of(head.authority);
    append_field(out, "X-Forwarded-Port", port.empty() ? "80" : port);
  }
  if (is_missing("x-forwarded-server")) {
    append_field(out, "X-Forwarded-Server", forwarding.server);
  }
  if (forwarding.trusts_client) append_forwarded(out, head, forwarding.client_address);
  if (!forwarding.via.empty()) append_field(out, "Via", forwarding.via);
}

/// What is re-created for the next hop of the fields that concern one hop only (RFC 9110 7.6.1).
void append_connection(HeadText& out, const RequestHead& head, bool upgrade) {
  if (upgrade) {
    append_field(out, "Upgrade", value_of(head.fields, FieldId::upgrade));
  }
  if (head.takes_trailers) out.append("TE: trailers\r\n");
  if (!upgrade && !head.takes_trailers) return;
  out.append(upgrade && head.takes_trailers ? "Connection: Upgrade, TE\r\n"
             : upgrade                      ? "Connection: Upgrade\r\n"
                                            : "Connection: TE\r\n");
}

/// RFC 9110 7.6.2. A value that is no number is left alone.
void append_max_forwards(HeadText& out, std::string_view value) {
  std::uint32_t hops = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), hops);
  if (error != std::errc{} || end != value.data() + value.size() || hops == 0) {
    append_field(out, "Max-Forwards", value);
    return;
  }
  out.append("Max-Forwards: ");
  out.append_number(hops - 1);
  out.append("\r\n");
}

/// Whether a request's line is for us, or re-created by us.
bool is_request_line_ours(const RequestHead& head, std::size_t i, bool replaces_host,
                          const Forwarding& forwarding, bool has_own_length) noexcept {
  const HttpField& field = head.fields.lines[i];
  switch (head.fields.ids[i]) {
    case FieldId::host: return replaces_host;
    case FieldId::connection:
    case FieldId::keep_alive:
    case FieldId::proxy_hop:
    case FieldId::te:
    case FieldId::transfer_encoding:
    case FieldId::upgrade: return true;
    // Announces what comes behind the last chunk (RFC 9110 6.6.2): without chunks, nothing.
    case FieldId::trailer:
      if (has_own_length || head.framing.kind != BodyKind::chunked) return true;
      break;
    case FieldId::expect:
      if (has_own_length || !head.expects_continue) return true;
      break;
    case FieldId::max_forwards:
      if (counts_hops(head.method)) return true;
      break;
    // Connection cannot be used to strip what frames the message or what we add (RFC 9110 7.6.1).
    case FieldId::content_length: return has_own_length;
    case FieldId::forwarding:
      return !forwarding.trusts_client || is_field(field, "x-forwarded-for") ||
             is_field(field, "forwarded");
    case FieldId::via: return false;
    default: break;
  }
  return head.named_by_connection != 0 && is_named_by_connection(head.fields, field.name);
}

bool is_response_line_ours(const ResponseHead& head, std::size_t i,
                           const ResponseRendering& rendering) noexcept {
  switch (head.fields.ids[i]) {
    case FieldId::connection:
    case FieldId::keep_alive:
    case FieldId::proxy_hop:
    case FieldId::transfer_encoding:
    case FieldId::upgrade: return true;
    case FieldId::trailer:
      if (!rendering.chunks) return true;
      break;
    case FieldId::content_length: return rendering.drop_length;
    default: break;
  }
  return head.named_by_connection != 0 &&
         is_named_by_connection(head.fields, head.fields.lines[i].name);
}

}  // namespace

void HeadText::grow(std::size_t more) {
  const std::size_t wanted = std::max(capacity_ * 2, size_ + more);
  const std::size_t capacity = std::max<std::size_t>(wanted, 16 * 1024);
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ != 0) std::memcpy(larger.get(), text_.get(), size_);
  text_ = std::move(larger);
  capacity_ = capacity;
}

void HeadText::append_number(std::uint64_t number) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  append(std::string_view(digits, static_cast<std::size_t>(end - digits)));
}

void write_request_head(HeadText& out, const RequestHead& head, const RequestRendering& rendering,
                        const Forwarding& forwarding) {
  out.clear();
  out.append(head.method, " ", rendering.path_query, " HTTP/1.1\r\n");
  // An absolute-form target's authority wins over the Host field (RFC 9112 3.2.2).
  const bool is_absolute = head.target.front() != '/' && head.target != "*";
  const bool has_host = has(head.fields, FieldId::host);
  const bool replaces_host = !rendering.host_override.empty() || is_absolute || !has_host;
  if (replaces_host) {
    append_field(out, "Host",
                 rendering.host_override.empty() ? head.authority : rendering.host_override);
  }
  LineRuns runs(out, head.fields);
  for (std::size_t i = 0; i < head.fields.count; ++i) {
    const bool has_own_length = rendering.own_length.has_value();
    if (is_request_line_ours(head, i, replaces_host, forwarding, has_own_length)) runs.skip(i);
  }
  runs.finish();
  append_forwarding(out, head, forwarding);
  if (rendering.own_length) {
    out.append("Content-Length: ");
    out.append_number(*rendering.own_length);
    out.append("\r\n");
  } else if (head.framing.kind == BodyKind::chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  append_connection(out, head, rendering.upgrade);
  const std::string_view hops = value_of(head.fields, FieldId::max_forwards);
  if (!hops.empty() && counts_hops(head.method)) {
    append_max_forwards(out, hops);
  }
  out.append("\r\n");
}

void write_response_head(HeadText& out, const ResponseHead& head,
                         const ResponseRendering& rendering) {
  out.clear();
  out.append("HTTP/1.1 ");
  out.append_number(head.status);
  out.append(" ", head.reason, "\r\n");
  LineRuns runs(out, head.fields);
  for (std::size_t i = 0; i < head.fields.count; ++i) {
    if (is_response_line_ours(head, i, rendering)) runs.skip(i);
  }
  runs.finish();
  if (!head.has_date && !rendering.date.empty()) append_field(out, "Date", rendering.date);
  out.append(rendering.extra_fields);
  if (rendering.chunks) out.append("Transfer-Encoding: chunked\r\n");
  if (rendering.upgrade) {
    append_field(out, "Upgrade", value_of(head.fields, FieldId::upgrade));
    out.append(rendering.say_close ? "Connection: Upgrade, close\r\n" : "Connection: Upgrade\r\n");
  } else if (rendering.say_close) {
    out.append("Connection: close\r\n");
  } else if (rendering.say_keep_alive) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

void write_own_answer(HeadText& out, const OwnAnswer& answer) {
  out.clear();
  out.append("HTTP/1.1 ");
  out.append_number(answer.status);
  out.append(" ", reason_of(answer.status), "\r\n");
  if (!answer.body.empty()) {
    out.append("Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n");
  }
  append_field(out, "Date", answer.date);
  out.append("Content-Length: ");
  out.append_number(answer.body.size());
  out.append("\r\n");
  out.append(answer.extra_fields);
  if (answer.say_close) {
    out.append("Connection: close\r\n");
  } else if (answer.say_keep_alive) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  if (!answer.is_head_request) out.append(answer.body);
}

std::string_view reason_of(unsigned status) noexcept {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 417: return "Expectation Failed";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 508: return "Loop Detected";
    default: return "Unknown";
  }
}

}  // namespace gapura::proxy
