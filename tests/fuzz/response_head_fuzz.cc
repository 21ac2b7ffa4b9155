#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <string>

#include "base/check.h"
#include "proxy/head_writer.h"
#include "proxy/http_head.h"
#include "tests/fuzz/targets.h"

namespace gapura::fuzz {
namespace {

namespace http = boost::beast::http;
using proxy::BodyKind;
using proxy::HeadResult;
using proxy::HeadState;
using proxy::HeadText;
using proxy::ResponseHead;
using proxy::ResponseRendering;

constexpr std::size_t kHeadMax = 1 << 16;
constexpr std::size_t kByteByByteMax = 600;

void check_byte_by_byte(std::string_view bytes, const HeadResult& whole) {
  if (bytes.size() > kByteByByteMax) return;
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    ResponseHead head;
    const std::string part(bytes.substr(0, size));
    const HeadResult result = proxy::parse_response_head(part, kHeadMax, head);
    if (result.state == HeadState::incomplete) continue;
    check(result.state == whole.state, "a head's verdict depends on how it arrived");
    check(result.bytes == whole.bytes, "a head's size depends on how it arrived");
    return;
  }
  check(whole.state == HeadState::incomplete, "a head is incomplete only in parts");
}

void check_with_beast(std::string_view written, const ResponseHead& head, bool chunks) {
  http::response_parser<http::empty_body> parser;
  parser.header_limit(1 << 20);
  parser.body_limit(boost::none);
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(written.data(), written.size()), error);
  check(!error && parser.is_header_done(), "Beast refuses what we write");
  check(parser.get().result_int() == head.status, "Beast sees another status");
  // For an empty one Beast gives the usual words.
  check(head.reason.empty() || parser.get().reason() == head.reason, "Beast sees another reason");
  if (head.status < 200 || head.status == 204 || head.status == 304) return;  // no body to frame
  check(parser.chunked() == chunks, "Beast frames otherwise");
  const auto length = parser.content_length();
  const bool is_sized =
      head.framing.kind == BodyKind::length || head.framing.kind == BodyKind::none;
  check(length.has_value() == is_sized, "Beast sees another framing");
  check(!length || *length == head.framing.length, "Beast sees another length");
}

}  // namespace

void response_head(std::string_view bytes) {
  static HeadText out;
  ResponseHead head;
  const HeadResult result = proxy::parse_response_head(bytes, kHeadMax, head);
  check_byte_by_byte(bytes, result);
  if (result.state != HeadState::complete) return;
  check(result.bytes <= bytes.size() && result.bytes <= kHeadMax, "a head beyond its bytes");
  check(head.keep_alive_timeout_s <= 86'400, "a link is kept for more than a day");
  const bool chunks =
      head.framing.kind == BodyKind::chunked || head.framing.kind == BodyKind::until_close;
  ResponseRendering rendering;
  rendering.chunks = chunks;
  rendering.say_close = true;
  rendering.date = "Sat, 21 Nov 2026 08:40:24 GMT";
  proxy::write_response_head(out, head, rendering);
  check_with_beast(out.view(), head, chunks);
  if (head.fields.count + 4 >= proxy::kFieldsMax) return;

  ResponseHead again;
  const HeadResult reread = proxy::parse_response_head(out.view(), 1 << 20, again);
  check(reread.state == HeadState::complete, "we refuse what we write");
  check(reread.bytes == out.view().size(), "what we write is more than a head");
  check(again.has_date && again.persistence.wants_close, "what we add is not there");
  check(again.named_by_connection == 0, "what we write names fields in Connection");
}

}  // namespace gapura::fuzz
