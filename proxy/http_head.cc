#include "proxy/http_head.h"

#include <algorithm>
#include <cstring>

#include "base/ascii.h"
#include "proxy/authority.h"

namespace gapura::proxy {
namespace {

enum : std::uint8_t { kToken = 1, kValue = 2, kTarget = 4 };

/// What a byte may be part of: RFC 9110 5.6.2 (token), 5.5 (field value), RFC 9112 3.2 (target,
/// visible ASCII; bytes above 0x7e are refused).
constexpr std::array<std::uint8_t, 256> kBytes = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    if (c == '\t' || (c >= 0x20 && c != 0x7f)) table[c] |= kValue;
    if (c > 0x20 && c < 0x7f && c != '#') table[c] |= kTarget;
  }
  for (const char c :
       std::string_view("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] |= kToken;
  }
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<unsigned char>(c)] |= kToken;
  return table;
}();

bool all(std::string_view text, std::uint8_t kind) noexcept {
  for (const char c : text) {
    if ((kBytes[static_cast<unsigned char>(c)] & kind) == 0) return false;
  }
  return true;
}

/// One line without its CRLF. A lone LF or a CR elsewhere is a refusal: kBytes has neither.
bool take_line(std::string_view& rest, std::string_view& line) noexcept {
  const void* found = std::memchr(rest.data(), '\n', rest.size());
  if (found == nullptr) return false;
  const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - rest.data());
  if (size == 0 || rest[size - 1] != '\r') return false;
  line = rest.substr(0, size - 1);
  rest.remove_prefix(size + 1);
  return true;
}

bool starts_with_nocase(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

/// X-Forwarded-For and X_Forwarded_For are one field to many applications (CGI naming).
bool is_forwarding(std::string_view name) noexcept {
  constexpr std::string_view kPrefix = "x-forwarded-";
  constexpr std::string_view kReal = "x-real-ip";
  const auto same = [&](std::string_view wanted) {
    if (name.size() < wanted.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const char c = name[i] == '_' ? '-' : ascii_lower(name[i]);
      if (c != wanted[i]) return false;
    }
    return true;
  };
  return same(kPrefix) || (name.size() == kReal.size() && same(kReal)) ||
         iequals(name, "forwarded");
}

FieldId id_of(std::string_view name) noexcept {
  switch (name.size()) {
    case 2: return iequals(name, "te") ? FieldId::te : FieldId::other;
    case 4:
      if (iequals(name, "host")) return FieldId::host;
      return iequals(name, "date") ? FieldId::date : FieldId::other;
    case 6: return iequals(name, "expect") ? FieldId::expect : FieldId::other;
    case 7:
      if (iequals(name, "upgrade")) return FieldId::upgrade;
      return iequals(name, "trailer") ? FieldId::trailer : FieldId::other;
    case 14:
      if (iequals(name, "content-length")) return FieldId::content_length;
      break;
    case 16:
      if (iequals(name, "proxy-connection")) return FieldId::proxy_hop;
      break;
    case 17:
      if (iequals(name, "transfer-encoding")) return FieldId::transfer_encoding;
      break;
    case 18:
      if (iequals(name, "proxy-authenticate")) return FieldId::proxy_hop;
      break;
    case 19:
      if (iequals(name, "proxy-authorization")) return FieldId::proxy_hop;
      break;
    case 10:
      if (iequals(name, "connection")) return FieldId::connection;
      if (iequals(name, "keep-alive")) return FieldId::keep_alive;
      break;
    default: break;
  }
  const char first = name.empty() ? '\0' : ascii_lower(name[0]);
  return (first == 'x' || first == 'f') && is_forwarding(name) ? FieldId::forwarding
                                                               : FieldId::other;
}

Failure parse_fields(std::string_view rest, Fields& fields) noexcept {
  fields.count = 0;
  std::string_view line;
  while (!rest.empty()) {
    if (!take_line(rest, line)) return Failure::bad_request;
    if (line.empty()) return rest.empty() ? Failure::none : Failure::bad_request;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return Failure::bad_request;
    const std::string_view name = line.substr(0, colon);
    // A folded line starts with a blank, which is no token byte; so is a blank before the colon.
    if (!all(name, kToken)) return Failure::bad_request;
    const std::string_view value = line.substr(colon + 1);
    if (!all(value, kValue)) return Failure::bad_request;
    if (fields.count + 1 >= kFieldsMax) return Failure::too_many_fields;
    fields.lines[fields.count] = {name, trim_ows(value)};
    fields.ids[fields.count] = id_of(name);
    ++fields.count;
  }
  return Failure::bad_request;
}

template <class Fn>
void for_each_element(std::string_view list, Fn&& fn) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trim_ows(list.substr(0, comma));
    if (!element.empty()) fn(element);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

bool parse_length(std::string_view text, std::uint64_t& length) noexcept {
  // 18 digits cannot overflow; a longer body than 10^18 bytes is nobody's intention.
  if (text.empty() || text.size() > 18) return false;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_ascii_digit(c)) return false;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  length = value;
  return true;
}

struct Seen {
  unsigned lengths = 0;
  unsigned codings = 0;
  unsigned hosts = 0;
  bool has_upgrade_field = false;
  bool connection_upgrade = false;
};

void read_connection(std::string_view value, Persistence& persistence, Seen& seen,
                     std::uint8_t& named) noexcept {
  for_each_element(value, [&](std::string_view token) {
    if (iequals(token, "close")) {
      persistence.wants_close = true;
    } else if (iequals(token, "keep-alive")) {
      persistence.wants_keep_alive = true;
    } else if (iequals(token, "upgrade")) {
      seen.connection_upgrade = true;
    } else if (named < 255) {
      ++named;
    }
  });
}

/// The fields that frame and persist, the same in requests and responses.
Failure read_framing(const Fields& fields, Framing& framing, Persistence& persistence,
                     std::uint8_t& named, Seen& seen) noexcept {
  for (std::size_t i = 0; i < fields.count; ++i) {
    const std::string_view value = fields.lines[i].value;
    switch (fields.ids[i]) {
      case FieldId::content_length:
        ++seen.lengths;
        if (!parse_length(value, framing.length)) return Failure::bad_framing;
        framing.kind = BodyKind::length;
        break;
      case FieldId::transfer_encoding:
        ++seen.codings;
        if (!iequals(value, "chunked")) return Failure::unknown_coding;
        break;
      case FieldId::connection: read_connection(value, persistence, seen, named); break;
      case FieldId::upgrade: seen.has_upgrade_field = !value.empty(); break;
      default: break;
    }
  }
  if (seen.lengths > 1 || seen.codings > 1) return Failure::bad_framing;
  if (seen.codings == 1) {
    // RFC 9112 6.1: both is an attack or a fault; HTTP/1.0 knows no transfer coding.
    if (seen.lengths != 0 || persistence.is_http_1_0) return Failure::bad_framing;
    framing.kind = BodyKind::chunked;
  }
  if (framing.kind == BodyKind::length && framing.length == 0) framing.kind = BodyKind::none;
  persistence.has_upgrade =
      seen.connection_upgrade && seen.has_upgrade_field && !persistence.is_http_1_0;
  return Failure::none;
}

Failure read_version(std::string_view text, Persistence& persistence) noexcept {
  if (text == "HTTP/1.1") return Failure::none;
  if (text == "HTTP/1.0") {
    persistence.is_http_1_0 = true;
    return Failure::none;
  }
  const bool is_formed = text.size() == 8 && text.starts_with("HTTP/") && is_ascii_digit(text[5]) &&
                         text[6] == '.' && is_ascii_digit(text[7]);
  if (!is_formed) return Failure::bad_request;
  // RFC 9110 2.3: a later minor version is handled as our highest.
  return text[5] == '1' ? Failure::none : Failure::unsupported_version;
}

/// RFC 9112 3.2: the four forms of a request target.
Failure read_target(RequestHead& head) noexcept {
  if (!all(head.target, kTarget)) return Failure::bad_target;
  if (head.method == "CONNECT") return Failure::connect_refused;
  if (head.target.front() == '/') {
    head.path_query = head.target;
    return Failure::none;
  }
  if (head.target == "*") {
    head.path_query = head.target;
    return head.method == "OPTIONS" ? Failure::none : Failure::bad_target;
  }
  if (!starts_with_nocase(head.target, "http://")) return Failure::bad_target;
  std::string_view rest = head.target.substr(7);
  const std::size_t end = rest.find_first_of("/?");
  head.authority = rest.substr(0, end);
  if (head.authority.empty() || !is_authority(head.authority)) return Failure::bad_target;
  if (end == std::string_view::npos) {
    head.path_query = head.method == "OPTIONS" ? "*" : "/";
    return Failure::none;
  }
  head.path_query = rest.substr(end);
  // "http://host?query" has no path to forward; nobody needs it enough to be given one.
  return head.path_query.front() == '/' ? Failure::none : Failure::bad_target;
}

Failure read_host(RequestHead& head) noexcept {
  std::string_view host;
  unsigned count = 0;
  for (std::size_t i = 0; i < head.fields.count; ++i) {
    switch (head.fields.ids[i]) {
      case FieldId::host:
        host = head.fields.lines[i].value;
        ++count;
        break;
      case FieldId::expect:
        head.expects_continue = iequals(head.fields.lines[i].value, "100-continue");
        break;
      default: break;
    }
  }
  if (count > 1 || !is_authority(host)) return Failure::bad_host;
  if (count == 0 && !head.persistence.is_http_1_0) return Failure::bad_host;
  if (head.authority.empty()) head.authority = host;
  return Failure::none;
}

/// The head's end: complete heads end with an empty line. Refuses early what can never be a head.
HeadResult find_end(std::string_view bytes, std::size_t bytes_max, Failure too_large) noexcept {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end != std::string_view::npos && end + 4 <= bytes_max) {
    return {.state = HeadState::complete, .bytes = end + 4};
  }
  if (end != std::string_view::npos || bytes.size() >= bytes_max) {
    return {.state = HeadState::refused, .failure = too_large};
  }
  // A client that ends its lines with LF alone would otherwise wait for us for ever.
  if (bytes.find("\n\n") != std::string_view::npos) {
    return {.state = HeadState::refused, .failure = Failure::bad_request};
  }
  return {};
}

HeadResult refused(Failure failure) noexcept {
  return {.state = HeadState::refused, .failure = failure};
}

}  // namespace

bool is_named_by_connection(const Fields& fields, std::string_view name) noexcept {
  for (std::size_t i = 0; i < fields.count; ++i) {
    if (fields.ids[i] != FieldId::connection) continue;
    bool found = false;
    for_each_element(fields.lines[i].value,
                     [&](std::string_view token) { found = found || iequals(token, name); });
    if (found) return true;
  }
  return false;
}

bool is_idempotent(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" ||
         method == "DELETE" || method == "TRACE";
}

HeadResult parse_request_head(std::string_view bytes, std::size_t bytes_max, RequestHead& head) {
  // RFC 9112 2.2: an empty line before the request line is ignored; one is enough.
  const std::size_t skipped = bytes.starts_with("\r\n") ? 2 : 0;
  bytes.remove_prefix(skipped);
  HeadResult result = find_end(bytes, bytes_max, Failure::head_too_large);
  if (result.state != HeadState::complete) return result;

  std::string_view rest = bytes.substr(0, result.bytes);
  std::string_view line;
  if (!take_line(rest, line)) return refused(Failure::bad_request);
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == 0 || last <= first + 1) {
    return refused(Failure::bad_request);
  }
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  head.authority = {};
  head.framing = {};
  head.persistence = {};
  head.expects_continue = false;
  head.named_by_connection = 0;
  if (!all(head.method, kToken)) return refused(Failure::bad_request);
  Seen seen;
  if (const Failure failure = read_version(line.substr(last + 1), head.persistence);
      failure != Failure::none) {
    return refused(failure);
  }
  for (const Failure failure : {read_target(head), parse_fields(rest, head.fields)}) {
    if (failure != Failure::none) return refused(failure);
  }
  for (const Failure failure :
       {read_framing(head.fields, head.framing, head.persistence, head.named_by_connection, seen),
        read_host(head)}) {
    if (failure != Failure::none) return refused(failure);
  }
  result.bytes += skipped;
  return result;
}

HeadResult parse_response_head(std::string_view bytes, std::size_t bytes_max, ResponseHead& head) {
  HeadResult result = find_end(bytes, bytes_max, Failure::bad_response);
  if (result.state == HeadState::refused) return refused(Failure::bad_response);
  if (result.state == HeadState::incomplete) {
    // What does not even begin like HTTP need not be waited for.
    const std::string_view wanted = "HTTP/1.";
    const std::size_t known = bytes.size() < wanted.size() ? bytes.size() : wanted.size();
    return bytes.substr(0, known) == wanted.substr(0, known) ? result
                                                             : refused(Failure::bad_response);
  }
  std::string_view rest = bytes.substr(0, result.bytes);
  std::string_view line;
  head.framing = {};
  head.persistence = {};
  head.keep_alive_timeout_s = 0;
  head.has_date = false;
  head.named_by_connection = 0;
  if (!take_line(rest, line) || line.size() < 12 || line[8] != ' ' || !all(line, kValue)) {
    return refused(Failure::bad_response);
  }
  if (read_version(line.substr(0, 8), head.persistence) != Failure::none) {
    return refused(Failure::bad_response);
  }
  const bool is_status = is_ascii_digit(line[9]) && is_ascii_digit(line[10]) &&
                         is_ascii_digit(line[11]) && (line.size() == 12 || line[12] == ' ');
  head.status =
      static_cast<unsigned>((line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0'));
  if (!is_status || head.status < 100 || head.status > 599) return refused(Failure::bad_response);
  head.reason = line.size() > 13 ? line.substr(13) : std::string_view{};
  Seen seen;
  if (parse_fields(rest, head.fields) != Failure::none ||
      read_framing(head.fields, head.framing, head.persistence, head.named_by_connection, seen) !=
          Failure::none) {
    return refused(Failure::bad_response);
  }
  if (seen.lengths == 0 && seen.codings == 0) head.framing.kind = BodyKind::until_close;
  for (std::size_t i = 0; i < head.fields.count; ++i) {
    if (head.fields.ids[i] == FieldId::date) head.has_date = true;
    if (head.fields.ids[i] != FieldId::keep_alive) continue;
    for_each_element(head.fields.lines[i].value, [&](std::string_view element) {
      std::uint64_t seconds = 0;
      if (starts_with_nocase(element, "timeout=") && parse_length(element.substr(8), seconds)) {
        // 0 means "not said"; a link that may rest for a second is not kept either.
        head.keep_alive_timeout_s =
            static_cast<unsigned>(std::clamp<std::uint64_t>(seconds, 1, 86'400));
      }
    });
  }
  return result;
}

}  // namespace gapura::proxy
