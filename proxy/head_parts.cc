#include "proxy/head_parts.h"

#include <algorithm>
#include <cstring>

#include "base/ascii.h"

namespace gapura::proxy {
namespace {

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

/// Behind the bytes that are of the kind.
const char* skip(const char* at, const char* end, std::uint8_t kind) noexcept {
  while (at != end && (kBytes[static_cast<unsigned char>(*at)] & kind) != 0) ++at;
  return at;
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
    case 3: return iequals(name, "via") ? FieldId::via : FieldId::other;
    case 4:
      if (iequals(name, "host")) return FieldId::host;
      return iequals(name, "date") ? FieldId::date : FieldId::other;
    case 6: return iequals(name, "expect") ? FieldId::expect : FieldId::other;
    case 7:
      if (iequals(name, "upgrade")) return FieldId::upgrade;
      return iequals(name, "trailer") ? FieldId::trailer : FieldId::other;
    case 12:
      if (iequals(name, "content-type")) return FieldId::content_type;
      if (iequals(name, "max-forwards")) return FieldId::max_forwards;
      break;
    case 14:
      if (iequals(name, "content-length")) return FieldId::content_length;
      break;
    case 16:
      if (iequals(name, "proxy-connection")) return FieldId::proxy_hop;
      break;
    case 17:
      if (iequals(name, "transfer-encoding")) return FieldId::transfer_encoding;
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

}  // namespace

bool all(std::string_view text, std::uint8_t kind) noexcept {
  const char* const end = text.data() + text.size();
  return skip(text.data(), end, kind) == end;
}

bool take_line(std::string_view& rest, std::string_view& line) noexcept {
  const void* found = std::memchr(rest.data(), '\n', rest.size());
  if (found == nullptr) return false;
  const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - rest.data());
  if (size == 0 || rest[size - 1] != '\r') return false;
  line = rest.substr(0, size - 1);
  rest.remove_prefix(size + 1);
  return true;
}

/// One walk over the bytes: each is looked at once, and stops its part of the line when it cannot
/// belong there. CR and LF can belong nowhere.
Failure parse_fields(std::string_view rest, Fields& fields) noexcept {
  fields.count = 0;
  const char* at = rest.data();
  const char* const end = at + rest.size();
  const auto ends_line = [&] { return end - at >= 2 && at[0] == '\r' && at[1] == '\n'; };
  while (!ends_line()) {
    const char* const name = at;
    at = skip(at, end, kToken);
    // A folded line starts with a blank, which is no token byte; so is a blank before the colon.
    if (at == name || at == end || *at != ':') return Failure::bad_request;
    const char* const value = at + 1;
    const std::string_view field(name, static_cast<std::size_t>(at - name));
    at = skip(value, end, kValue);
    if (!ends_line()) return Failure::bad_request;
    if (fields.count + 1 >= kFieldsMax) return Failure::too_many_fields;
    const std::string_view text(value, static_cast<std::size_t>(at - value));
    fields.lines[fields.count] = {field, trim_ows(text)};
    fields.ids[fields.count] = id_of(field);
    ++fields.count;
    at += 2;
  }
  return end - at == 2 ? Failure::none : Failure::bad_request;
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
        seen.ends_chunked = iequals(trim_ows(value.substr(value.rfind(',') + 1)), "chunked");
        seen.has_other_coding = seen.has_other_coding || !iequals(value, "chunked");
        break;
      case FieldId::connection: read_connection(value, persistence, seen, named); break;
      case FieldId::upgrade:
        for_each_element(value, [&](std::string_view protocol) {
          seen.has_upgrade_field = true;
          // HTTP/2 in clear would carry requests past everything that looks at them here.
          seen.asks_for_http_2 =
              seen.asks_for_http_2 || iequals(protocol, "h2c") || iequals(protocol, "h2");
        });
        break;
      default: break;
    }
  }
  if (seen.lengths > 1) return Failure::bad_framing;
  if (seen.codings != 0) {
    // RFC 9112 6.1: both is an attack or a fault; HTTP/1.0 knows no transfer coding. 6.3: what does
    // not end with chunked has no end that all agree on.
    if (seen.lengths != 0 || persistence.is_http_1_0 || !seen.ends_chunked) {
      return Failure::bad_framing;
    }
    if (seen.has_other_coding) return Failure::unknown_coding;
    if (seen.codings != 1) return Failure::bad_framing;
    framing.kind = BodyKind::chunked;
  }
  if (framing.kind == BodyKind::length && framing.length == 0) framing.kind = BodyKind::none;
  persistence.has_upgrade = seen.connection_upgrade && seen.has_upgrade_field &&
                            !seen.asks_for_http_2 && !persistence.is_http_1_0;
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

HeadResult find_end(std::string_view bytes, std::size_t bytes_max, std::size_t searched,
                    Failure too_large) noexcept {
  const std::size_t from = searched > 3 ? searched - 3 : 0;
  const std::size_t end = bytes.find("\r\n\r\n", from);
  if (end != std::string_view::npos && end + 4 <= bytes_max) {
    return {.state = HeadState::complete, .bytes = end + 4};
  }
  if (end != std::string_view::npos || bytes.size() >= bytes_max) {
    return {.state = HeadState::refused, .failure = too_large};
  }
  // A client that ends its lines with LF alone would otherwise wait for us for ever.
  if (bytes.find("\n\n", from) != std::string_view::npos) {
    return {.state = HeadState::refused, .failure = Failure::bad_request};
  }
  return {};
}

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

bool is_field_name(std::string_view text) noexcept {
  return !text.empty() && all(text, kToken);
}

bool has(const Fields& fields, FieldId id) noexcept {
  const auto end = fields.ids.begin() + static_cast<std::ptrdiff_t>(fields.count);
  return std::find(fields.ids.begin(), end, id) != end;
}

std::string_view value_of(const Fields& fields, FieldId id) noexcept {
  for (std::size_t i = 0; i < fields.count; ++i) {
    if (fields.ids[i] == id) return fields.lines[i].value;
  }
  return {};
}

}  // namespace gapura::proxy
