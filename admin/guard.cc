#include "admin/guard.h"

#include <string_view>
#include <utility>

#include "admin/problem_reply.h"
#include "base/ascii.h"
#include "base/net/endpoint.h"

namespace gapura::admin {
namespace {

/// The Host field without its port, and without the brackets of an IPv6 literal.
std::string_view name_in(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    return end == std::string_view::npos ? std::string_view() : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

}  // namespace

Guard::Guard(std::optional<Token> token, std::string host)
    : token_(std::move(token)), host_(std::move(host)) {}

std::optional<Response> Guard::refuse(const Request& request, TimePoint now) {
  if (request.is_local_socket) return std::nullopt;
  if (!is_own_host(request.host)) {
    refusals_.note(request, "its Host field names somebody else", now);
    return problem_reply(
        403, "the Host field must be an IP address, localhost or the host in admin.address");
  }
  // "null", "https://…" and other hosts alike: only a page that this listener served may call it.
  if (!request.origin.empty() && !iequals(request.origin, "http://" + request.host)) {
    refusals_.note(request, "it comes from a web page of another origin", now);
    return problem_reply(403, "requests of web pages from another origin are not served");
  }
  if (token_ && token_->is_carried_by(request.authorization)) return std::nullopt;
  return refuse_token(request, now);
}

bool Guard::is_own_host(const std::string& host) const {
  const std::string_view name = name_in(host);
  if (iequals(name, "localhost") || (!host_.empty() && iequals(name, host_))) return true;
  return Endpoint::parse(name, 0).has_value();
}

Response Guard::refuse_token(const Request& request, TimePoint now) {
  const bool has_none = request.authorization.empty();
  refusals_.note(request, has_none ? "it carries no token" : "its token is wrong", now);
  if (refusals_.are_too_many()) return Refusals::too_many("a valid token");
  Response response = problem_reply(
      401, "send \"Authorization: Bearer <token>\"; the start-up log names the token's file");
  response.fields.emplace_back("WWW-Authenticate", "Bearer realm=\"gapura\"");
  return response;
}

}  // namespace gapura::admin
