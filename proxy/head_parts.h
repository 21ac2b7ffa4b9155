/// What request heads and response heads have in common. For request_head.cc and response_head.cc
/// alone; everybody else goes by http_head.h. Pure; any thread.
#pragma once

#include "proxy/http_head.h"

namespace gapura::proxy {

/// What a byte may be part of: RFC 9110 5.6.2 (token), 5.5 (field value), RFC 9112 3.2 (target,
/// visible ASCII; bytes above 0x7e are refused).
enum : std::uint8_t { kToken = 1, kValue = 2, kTarget = 4 };
bool all(std::string_view text, std::uint8_t kind) noexcept;

/// One line without its CRLF. A lone LF or a CR elsewhere is a refusal: kBytes has neither.
bool take_line(std::string_view& rest, std::string_view& line) noexcept;

inline bool starts_with_nocase(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

/// The lines behind the first one, up to the empty one.
Failure parse_fields(std::string_view rest, Fields& fields) noexcept;

/// A plain number of up to 18 digits.
bool parse_length(std::string_view text, std::uint64_t& length) noexcept;

/// What was found on the way, of which there may be only so many.
struct Seen {
  unsigned lengths = 0;
  unsigned codings = 0;           ///< Transfer-Encoding lines
  bool has_other_coding = false;  ///< than one "chunked" in a line
  bool ends_chunked = false;
  bool has_upgrade_field = false;
  bool asks_for_http_2 = false;
  bool connection_upgrade = false;
};

/// The fields that frame and persist, the same in requests and responses.
Failure read_framing(const Fields& fields, Framing& framing, Persistence& persistence,
                     std::uint8_t& named, Seen& seen) noexcept;

/// "HTTP/1.1". Fills in is_http_1_0.
Failure read_version(std::string_view text, Persistence& persistence) noexcept;

/// The head's end: complete heads end with an empty line. Refuses early what can never be a head.
HeadResult find_end(std::string_view bytes, std::size_t bytes_max, std::size_t searched,
                    Failure too_large) noexcept;

inline HeadResult refused(Failure failure) noexcept {
  return {.state = HeadState::refused, .failure = failure};
}

}  // namespace gapura::proxy
