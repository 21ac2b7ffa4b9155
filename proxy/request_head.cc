#include "base/ascii.h"
#include "proxy/authority.h"
#include "proxy/head_parts.h"

namespace gapura::proxy {
namespace {

/// RFC 9112 3: longer than any method there is (UPDATEREDIRECTREF has 17 bytes).
constexpr std::size_t kMethodMax = 64;

/// RFC 9110 9.3.6: a tunnel to whom the client names is not what a gateway is for; without a port
/// that could be, it is not even understood.
Failure read_connect_target(std::string_view target) noexcept {
  const std::size_t colon = target.rfind(':');
  std::uint64_t port = 0;
  const bool has_port = colon != std::string_view::npos && colon != 0 &&
                        parse_length(target.substr(colon + 1), port) && port > 0 && port < 65'536;
  return has_port && is_authority(target) ? Failure::connect_method : Failure::bad_uri;
}

/// RFC 9112 3.2: the four forms of a request target.
Failure read_target(RequestHead& head) noexcept {
  if (!all(head.target, kTarget)) return Failure::bad_uri;
  if (head.method == "CONNECT") return read_connect_target(head.target);
  if (head.target.front() == '/') {
    head.path_query = head.target;
    return Failure::none;
  }
  if (head.target == "*") {
    head.path_query = head.target;
    return head.method == "OPTIONS" ? Failure::none : Failure::bad_uri;
  }
  if (!starts_with_nocase(head.target, "http://")) return Failure::bad_uri;
  std::string_view rest = head.target.substr(7);
  const std::size_t end = rest.find_first_of("/?");
  head.authority = rest.substr(0, end);
  // RFC 9110 4.2.1: a host is what an http URI cannot be without.
  if (head.authority.empty() || head.authority.front() == ':' || !is_authority(head.authority))
    return Failure::bad_uri;
  if (end == std::string_view::npos) {
    head.path_query = head.method == "OPTIONS" ? "*" : "/";
    return Failure::none;
  }
  head.path_query = rest.substr(end);
  return Failure::none;
}

/// Host, and what else only requests have.
Failure read_request_fields(RequestHead& head) noexcept {
  std::string_view host;
  unsigned count = 0;
  for (std::size_t i = 0; i < head.fields.count; ++i) {
    switch (head.fields.ids[i]) {
      case FieldId::host:
        host = head.fields.lines[i].value;
        ++count;
        break;
      case FieldId::expect:
        // RFC 9110 10.1.1: there is one expectation, and HTTP/1.0 does not know it.
        if (head.persistence.is_http_1_0) break;
        if (!iequals(head.fields.lines[i].value, "100-continue")) return Failure::expectation;
        head.expects_continue = true;
        break;
      case FieldId::te:
        for_each_element(head.fields.lines[i].value, [&](std::string_view coding) {
          head.takes_trailers = head.takes_trailers || iequals(coding, "trailers");
        });
        break;
      case FieldId::via: head.has_via = true; break;
      default: break;
    }
  }
  if (count > 1 || !is_authority(host)) return Failure::bad_host;
  if (count == 0 && !head.persistence.is_http_1_0) return Failure::bad_host;
  if (head.authority.empty()) head.authority = host;
  return Failure::none;
}

}  // namespace

bool is_idempotent(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" ||
         method == "DELETE" || method == "TRACE";
}

HeadResult parse_request_head(std::string_view bytes, std::size_t bytes_max, RequestHead& head,
                              std::size_t searched) {
  // RFC 9112 2.2: an empty line before the request line is ignored; one is enough.
  const std::size_t skipped = bytes.starts_with("\r\n") ? 2 : 0;
  bytes.remove_prefix(skipped);
  HeadResult result = find_end(bytes, bytes_max, searched > skipped ? searched - skipped : 0,
                               Failure::head_too_large);
  if (result.failure == Failure::head_too_large && bytes.find('\n') >= bytes_max) {
    return refused(Failure::uri_too_long);  // RFC 9112 3: not even the request line fits
  }
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
  head.expects_continue = head.takes_trailers = head.has_via = false;
  head.named_by_connection = 0;
  if (!all(head.method, kToken)) return refused(Failure::bad_request);
  if (head.method.size() > kMethodMax) return refused(Failure::method_too_long);
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
        read_request_fields(head)}) {
    if (failure != Failure::none) return refused(failure);
  }
  result.bytes += skipped;
  return result;
}

}  // namespace gapura::proxy
