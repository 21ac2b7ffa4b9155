#include <algorithm>
#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>
#include <optional>
#include <string>

#include "base/check.h"
#include "proxy/body_decoder.h"
#include "tests/fuzz/targets.h"

namespace gapura::fuzz {
namespace {

namespace http = boost::beast::http;
using proxy::BodyDecoder;
using proxy::BodyKind;
using proxy::Framing;

struct Decoded {
  std::string payload;
  std::string trailers;
  std::size_t consumed = 0;
  bool is_done = false;
  bool is_bad = false;
  friend bool operator==(const Decoded&, const Decoded&) = default;
};

/// In one piece (`most` 0), or in pieces of 1 to `most` bytes by a generator that starts at `seed`.
Decoded decode(std::string_view bytes, std::size_t most, unsigned seed) {
  BodyDecoder decoder(Framing{.kind = BodyKind::chunked});
  Decoded out;
  while (!bytes.empty() && !decoder.is_done() && !decoder.is_bad()) {
    seed = seed * 1'103'515'245u + 12'345u;
    const std::size_t wanted = most == 0 ? bytes.size() : 1 + (seed >> 16) % most;
    const std::size_t size = std::min(wanted, bytes.size());
    std::string piece(bytes.substr(0, size));
    const BodyDecoder::Taken taken = decoder.decode(piece);
    check(taken.consumed <= piece.size() && taken.payload <= taken.consumed, "took too much");
    check(taken.consumed == piece.size() || decoder.is_done() || decoder.is_bad(),
          "took too little");
    out.payload.append(piece, 0, taken.payload);
    out.consumed += taken.consumed;
    bytes.remove_prefix(taken.consumed);
  }
  out.trailers = decoder.trailers();
  out.is_done = decoder.is_done();
  out.is_bad = decoder.is_bad();
  return out;
}

/// What Beast makes of the same body; nothing when it refuses or wants more.
std::optional<std::string> beast_payload(std::string_view bytes) {
  http::request_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.eager(true);
  const std::string text =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(bytes);
  std::string_view rest = text;
  while (!parser.is_done() && !rest.empty()) {
    boost::beast::error_code error;
    const std::size_t used = parser.put(boost::asio::buffer(rest.data(), rest.size()), error);
    if (error || used == 0) return std::nullopt;
    rest.remove_prefix(used);
  }
  if (!parser.is_done()) return std::nullopt;
  return parser.get().body();
}

/// A complete body of ours without extensions and trailers.
bool is_plain(std::string_view body) {
  for (;;) {
    const std::size_t end = body.find("\r\n");
    std::size_t size = 0;
    const auto read = std::from_chars(body.data(), body.data() + end, size, 16);
    if (read.ptr != body.data() + end) return false;  // an extension
    body.remove_prefix(end + 2);
    if (size == 0) return body == "\r\n";
    body.remove_prefix(size + 2);
  }
}

}  // namespace

void chunks(std::string_view bytes) {
  if (bytes.size() < 2) return;
  const unsigned seed = static_cast<unsigned char>(bytes[0]);
  const std::size_t most = 1 + static_cast<unsigned char>(bytes[1]);
  bytes.remove_prefix(2);
  const Decoded whole = decode(bytes, 0, seed);
  check(decode(bytes, most, seed) == whole, "a body's content depends on how it arrived");
  check(decode(bytes, 1, seed) == whole, "a body's content depends on how it arrived");
  if (!whole.is_done) return;
  // As it is forwarded: in chunks of our own, with the trailers that may pass.
  std::string sent;
  if (!whole.payload.empty()) {
    std::array<char, 16> size{};
    const auto end =
        std::to_chars(size.data(), size.data() + size.size(), whole.payload.size(), 16);
    sent = std::string(size.data(), end.ptr) + "\r\n" + whole.payload + "\r\n";
  }
  sent += "0\r\n" + whole.trailers + "\r\n";
  check(beast_payload(sent) == whole.payload, "Beast sees another body in what we forward");
  const Decoded again = decode(sent, 0, seed);
  check(again.is_done && again.payload == whole.payload && again.trailers == whole.trailers,
        "we see another body in what we forward");
  // Beast is laxer with line ends, and with what a trailer is made of.
  bytes = bytes.substr(0, whole.consumed);
  const auto theirs = beast_payload(bytes);
  check(!theirs || *theirs == whole.payload, "Beast sees another body");
  check(theirs.has_value() || !is_plain(bytes), "Beast refuses a plain body that we take");
}

}  // namespace gapura::fuzz
