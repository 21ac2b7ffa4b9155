#include "proxy/body_decoder.h"

#include <algorithm>
#include <cstring>

namespace gapura::proxy {
namespace {

/// Extensions, trailers and leading zeros of one body together. Without a limit they are a way to
/// keep a proxy busy for nothing (CVE-2023-39326, CVE-2024-22019).
constexpr std::uint32_t kOverheadMax = 16 * 1024;
/// 15 hex digits cannot overflow 64 bits.
constexpr std::uint64_t kChunkMax = (std::uint64_t{1} << 60) - 1;

bool is_text(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

/// RFC 9110 6.5.1: what a recipient must know before the content, and what it trusts because a
/// proxy has looked at it, cannot come behind the content. All other names pass.
bool may_be_trailer(std::string_view name) noexcept {
  constexpr std::string_view kNever[] = {"age",
                                         "authorization",
                                         "cache-control",
                                         "connection",
                                         "content-encoding",
                                         "content-length",
                                         "content-range",
                                         "content-type",
                                         "cookie",
                                         "date",
                                         "expect",
                                         "expires",
                                         "forwarded",
                                         "host",
                                         "keep-alive",
                                         "location",
                                         "max-forwards",
                                         "pragma",
                                         "range",
                                         "retry-after",
                                         "set-cookie",
                                         "te",
                                         "trailer",
                                         "transfer-encoding",
                                         "upgrade",
                                         "vary",
                                         "via",
                                         "warning",
                                         "www-authenticate"};
  constexpr std::string_view kNeverPrefixes[] = {"if-",          "proxy-",    "x-forwarded-",
                                                 "x_forwarded_", "x-real-ip", "x_real_ip"};
  return std::ranges::none_of(kNever,
                              [&](std::string_view never) { return iequals(name, never); }) &&
         std::ranges::none_of(kNeverPrefixes, [&](std::string_view prefix) {
           return iequals(name.substr(0, prefix.size()), prefix);
         });
}

}  // namespace

BodyDecoder::BodyDecoder(Framing framing) noexcept {
  switch (framing.kind) {
    case BodyKind::none: state_ = State::done; break;
    case BodyKind::length:
      left_ = framing.length;
      state_ = left_ == 0 ? State::done : State::length;
      break;
    case BodyKind::chunked: state_ = State::size_first; break;
    case BodyKind::until_close: state_ = State::until_close; break;
  }
}

BodyDecoder::State BodyDecoder::first_of_size(char c) noexcept {
  if (hex_value(c) < 0) return State::bad;
  left_ = static_cast<std::uint64_t>(hex_value(c));
  return State::size;
}

BodyDecoder::State BodyDecoder::next_of_size(char c) noexcept {
  if (c == '\r') return State::size_lf;
  if (c == ';') return State::extension;
  if (hex_value(c) < 0 || left_ > (kChunkMax >> 4)) return State::bad;
  if (left_ == 0 && ++overhead_ > kOverheadMax) return State::bad;  // zeros without end
  left_ = left_ * 16 + static_cast<std::uint64_t>(hex_value(c));
  return State::size;
}

BodyDecoder::State BodyDecoder::keep_trailer_byte(char c) {
  if (!is_text(c) || ++overhead_ > kOverheadMax) return State::bad;
  trailers_ += c;
  return State::trailer;
}

/// A line that is no field breaks the message; one that may not be a trailer is left out.
BodyDecoder::State BodyDecoder::end_trailer_line() {
  const std::string_view line = std::string_view(trailers_).substr(line_begin_);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_field_name(line.substr(0, colon))) return State::bad;
  if (may_be_trailer(line.substr(0, colon))) {
    trailers_ += "\r\n";
  } else {
    trailers_.resize(line_begin_);
  }
  line_begin_ = trailers_.size();
  return State::trailer_first;
}

BodyDecoder::State BodyDecoder::step(char c) {
  switch (state_) {
    case State::size_first: return first_of_size(c);
    case State::size: return next_of_size(c);
    case State::extension:
      if (c == '\r') return State::size_lf;
      return is_text(c) && ++overhead_ <= kOverheadMax ? State::extension : State::bad;
    case State::size_lf:
      if (c != '\n') return State::bad;
      return left_ == 0 ? State::trailer_first : State::data;
    case State::data_cr: return c == '\r' ? State::data_lf : State::bad;
    case State::data_lf: return c == '\n' ? State::size_first : State::bad;
    case State::trailer_first:
      if (c == ' ' || c == '\t') return State::bad;  // a folded line
      return c == '\r' ? State::last_lf : keep_trailer_byte(c);
    case State::trailer: return c == '\r' ? State::trailer_lf : keep_trailer_byte(c);
    case State::trailer_lf: return c == '\n' ? end_trailer_line() : State::bad;
    case State::last_lf: return c == '\n' ? State::done : State::bad;
    default: return State::bad;
  }
}

BodyDecoder::Taken BodyDecoder::decode(std::span<char> bytes) {
  if (state_ == State::until_close) return {.consumed = bytes.size(), .payload = bytes.size()};
  if (state_ == State::length) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    pass(size);
    return {.consumed = size, .payload = size};
  }
  Taken taken;
  while (taken.consumed < bytes.size() && !is_done() && !is_bad()) {
    if (state_ != State::data) {
      state_ = step(bytes[taken.consumed++]);
      continue;
    }
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - taken.consumed));
    std::memmove(bytes.data() + taken.payload, bytes.data() + taken.consumed, size);
    taken.payload += size;
    taken.consumed += size;
    left_ -= size;
    if (left_ == 0) state_ = State::data_cr;
  }
  return taken;
}

}  // namespace gapura::proxy
