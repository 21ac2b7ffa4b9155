/// The heads of HTTP/1.x messages, read strictly: what could be understood in two ways is refused,
/// never repaired (RFC 9112 2.2, 5, 6.3). One pass, no copy, no allocation: everything is a view
/// into the bytes given, which must stay where they are. Pure; any thread.
///
/// Why not Beast's basic_parser: it accepts what a gateway must refuse (Transfer-Encoding: gzip,
/// repeated Content-Length, folded fields), so a strict pass over the bytes is needed in any case,
/// and that pass has found every field already (docs/decisions/0001).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/ascii.h"
#include "base/http_field.h"
#include "proxy/failure.h"

namespace gapura::proxy {

constexpr std::size_t kFieldsMax = 200;

/// Fields that decide something; found while parsing, so that nobody searches for them again.
enum class FieldId : std::uint8_t {
  other,
  host,
  connection,
  content_length,
  content_type,
  transfer_encoding,
  upgrade,
  keep_alive,
  te,
  trailer,
  via,
  max_forwards,
  proxy_hop,  ///< Proxy-Connection, Proxy-Authorization
  expect,
  date,
  forwarding,  ///< forwarding: X-Forwarded-*, X-Real-Ip, also with _
};

struct Fields {
  std::array<HttpField, kFieldsMax> lines;
  std::array<FieldId, kFieldsMax> ids;
  std::size_t count = 0;
  std::span<const HttpField> all() const noexcept { return {lines.data(), count}; }
};

enum class BodyKind : std::uint8_t { none, length, chunked, until_close };

/// How a body is delimited.
struct Framing {
  BodyKind kind = BodyKind::none;
  std::uint64_t length = 0;  ///< of kind length
};

/// What Connection and its friends say.
struct Persistence {
  bool is_http_1_0 = false;
  bool wants_close = false;
  bool wants_keep_alive = false;  ///< said so (matters to HTTP/1.0)
  bool has_upgrade = false;       ///< Connection: upgrade together with an Upgrade field
  bool may_persist() const noexcept { return !wants_close && (!is_http_1_0 || wants_keep_alive); }
};

struct RequestHead {
  std::string_view method;
  std::string_view target;      ///< as sent
  std::string_view path_query;  ///< origin-form part of the target: what is forwarded
  std::string_view authority;   ///< Host field, or the absolute-form's, which wins (RFC 9112 3.2.2)
  Framing framing;
  Persistence persistence;
  bool expects_continue = false;
  bool takes_trailers = false;  ///< TE: trailers
  bool has_via = false;
  std::uint8_t named_by_connection = 0;  ///< how many other fields Connection names
  Fields fields;
};

struct ResponseHead {
  unsigned status = 0;
  std::string_view reason;
  Framing framing;  ///< as the fields say; the caller applies HEAD, 204, 304
  Persistence persistence;
  unsigned keep_alive_timeout_s = 0;  ///< Keep-Alive: timeout=n; 0: not said
  bool has_date = false;
  std::uint8_t named_by_connection = 0;
  Fields fields;
};

enum class HeadState : std::uint8_t { complete, incomplete, refused };

struct HeadResult {
  HeadState state = HeadState::incomplete;
  std::size_t bytes = 0;            ///< of the head with its empty line, when complete
  Failure failure = Failure::none;  ///< when refused
};

/// `bytes_max` limits the head. Fewer than kFieldsMax fields are accepted. `searched`: how many of
/// the bytes were given before and found incomplete, so that a head that comes byte by byte is not
/// searched from its beginning each time.
HeadResult parse_request_head(std::string_view bytes, std::size_t bytes_max, RequestHead& head,
                              std::size_t searched = 0);
HeadResult parse_response_head(std::string_view bytes, std::size_t bytes_max, ResponseHead& head,
                               std::size_t searched = 0);

/// True when a Connection field of `fields` names `name` (RFC 9110 7.6.1).
bool is_named_by_connection(const Fields& fields, std::string_view name) noexcept;

/// The value of the first field with that id; empty without one.
std::string_view value_of(const Fields& fields, FieldId id) noexcept;
bool has(const Fields& fields, FieldId id) noexcept;

/// Calls `fn` with each element of a comma-separated list; empty ones are skipped (RFC 9110 5.6.1).
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

/// RFC 9110 5.6.2: what a field's name is made of. For trailers, which are read elsewhere.
bool is_field_name(std::string_view text) noexcept;

/// Max-Forwards means something with this method (RFC 9110 7.6.2).
inline bool counts_hops(std::string_view method) noexcept {
  return method == "OPTIONS" || method == "TRACE";
}

/// A response without a body, whatever its fields say (RFC 9112 6.3).
inline bool has_no_body(unsigned status, bool is_head_request) noexcept {
  return is_head_request || status < 200 || status == 204 || status == 304;
}

/// RFC 9110 9.2.2.
bool is_idempotent(std::string_view method) noexcept;

}  // namespace gapura::proxy
