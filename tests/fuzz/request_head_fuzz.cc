#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <string>

#include "base/ascii.h"
#include "base/check.h"
#include "proxy/head_writer.h"
#include "proxy/http_head.h"
#include "proxy/path.h"
#include "tests/fuzz/targets.h"

namespace gapura::fuzz {
namespace {

namespace http = boost::beast::http;
using proxy::BodyKind;
using proxy::CleanPath;
using proxy::Fields;
using proxy::Forwarding;
using proxy::HeadResult;
using proxy::HeadState;
using proxy::HeadText;
using proxy::RequestHead;
using proxy::RequestRendering;

constexpr std::size_t kHeadMax = 1 << 16;
/// More input than this is not tried at every length: the cost is quadratic.
constexpr std::size_t kByteByByteMax = 600;

std::size_t count_of(const Fields& fields, std::string_view name) {
  std::size_t count = 0;
  for (const HttpField& field : fields.all()) count += iequals(field.name, name) ? 1u : 0u;
  return count;
}

/// A head that was not refused part by part is not refused whole, and has the same end.
void check_byte_by_byte(std::string_view bytes, const HeadResult& whole) {
  if (bytes.size() > kByteByByteMax) return;
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    RequestHead head;
    const std::string part(bytes.substr(0, size));
    const HeadResult result = proxy::parse_request_head(part, kHeadMax, head, size - 1);
    if (result.state == HeadState::incomplete) continue;
    check(result.state == whole.state, "a head's verdict depends on how it arrived");
    check(result.bytes == whole.bytes, "a head's size depends on how it arrived");
    return;
  }
  check(whole.state == HeadState::incomplete, "a head is incomplete only in parts");
}

void check_with_beast(std::string_view written, const RequestHead& head,
                      std::string_view path_query) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(1 << 20);
  parser.body_limit(boost::none);
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(written.data(), written.size()), error);
  check(!error && parser.is_header_done(), "Beast refuses what we write");
  const auto& request = parser.get();
  check(request.method_string() == head.method, "Beast sees another method");
  check(request.target() == path_query, "Beast sees another target");
  check(request.count(http::field::host) == 1, "Beast sees another number of Hosts");
  check(parser.chunked() == (head.framing.kind == BodyKind::chunked), "Beast frames otherwise");
  const auto length = parser.content_length();
  const bool has_length = length && *length != 0;
  check(has_length == (head.framing.kind == BodyKind::length), "Beast sees another framing");
  check(!has_length || *length == head.framing.length, "Beast sees another length");
}

/// What was written is read by us as the same request with nothing for us in it.
void check_again(std::string_view written, const RequestHead& head, std::string_view path_query,
                 bool upgrade, bool trusts) {
  RequestHead again;
  const HeadResult result = proxy::parse_request_head(written, 1 << 20, again);
  check(result.state == HeadState::complete, "we refuse what we write");
  check(result.bytes == written.size(), "what we write is more than a head");
  check(again.method == head.method && again.target == path_query, "we wrote another request line");
  check(again.framing.kind == head.framing.kind && again.framing.length == head.framing.length,
        "we wrote another framing");
  const bool has_te = head.takes_trailers;
  check(again.named_by_connection == (has_te ? 1u : 0u),
        "what we write names fields in Connection");
  check(again.takes_trailers == has_te, "TE was lost, or passed on");
  check(count_of(again.fields, "connection") == (upgrade || has_te ? 1u : 0u),
        "Connection was passed on");
  check(count_of(again.fields, "via") == count_of(head.fields, "via") + 1, "not one Via more");
  check(count_of(again.fields, "expect") <= count_of(head.fields, "expect"), "an Expect of ours");
  check(count_of(again.fields, "x-forwarded-for") == 1, "not one X-Forwarded-For");
  if (trusts) return;
  for (const char* name : {"x-real-ip", "x-forwarded-proto", "x-forwarded-port"}) {
    check(count_of(again.fields, name) == 1, "a stranger's word was passed on");
  }
  check(count_of(again.fields, "x_forwarded_for") == 0, "a stranger's word was passed on");
}

}  // namespace

void request_head(std::string_view bytes) {
  static HeadText out;
  static CleanPath clean;
  RequestHead head;
  const HeadResult result = proxy::parse_request_head(bytes, kHeadMax, head);
  check_byte_by_byte(bytes, result);
  if (result.state != HeadState::complete) return;
  check(result.bytes <= bytes.size() && result.bytes <= kHeadMax + 2, "a head beyond its bytes");
  if (!clean.set(head.path_query)) return;
  const bool upgrade = head.persistence.has_upgrade;
  const RequestRendering rendering{
      .path_query = clean.path_query(), .host_override = {}, .upgrade = upgrade};
  for (const bool trusts : {false, true}) {
    const Forwarding forwarding{
        .trusts_client = trusts, .client_address = "192.0.2.7", .server = "gate", .via = "1.1 me"};
    proxy::write_request_head(out, head, rendering, forwarding);
    // Ours come on top of a head that may have been full already.
    if (head.fields.count + 12 < proxy::kFieldsMax) {
      check_again(out.view(), head, clean.path_query(), upgrade, trusts);
    }
    check_with_beast(out.view(), head, clean.path_query());
  }
}

}  // namespace gapura::fuzz
