#include "admin/guard.h"

#include <utility>

#include "admin/problem_reply.h"
#include "admin/web_page.h"

namespace gapura::admin {
namespace {

bool is_carried(const std::optional<Token>& token, const Request& request) {
  return token && token->is_carried_by(request.authorization);
}

}  // namespace

Guard::Guard(Tokens tokens, std::string host)
    : tokens_(std::move(tokens)), host_(std::move(host)) {}

std::optional<Response> Guard::refuse(const Request& request, TimePoint now) {
  if (request.is_local_socket) return std::nullopt;
  if (!is_own_host(request.host, host_)) {
    refusals_.note(request, "its Host field names somebody else", now);
    return problem_reply(
        403, "the Host field must be an IP address, localhost or the host in admin.address");
  }
  if (is_of_foreign_page(request)) {
    refusals_.note(request, "it comes from a web page of another origin", now);
    return problem_reply(403, "requests of web pages from another origin are not served");
  }
  if (is_carried(tokens_.write, request)) return std::nullopt;
  if (!is_carried(tokens_.read, request)) return refuse_token(request, now);
  if (request.is_read()) return std::nullopt;
  refusals_.note(request, "its token may only read", now);
  return problem_reply(403, "this token may only read (GET, HEAD); " + request.method +
                                " needs the one that may write, whose file the start-up log names");
}

std::string Guard::who(const Request& request) const {
  if (request.is_local_socket) {
    return request.uid ? "uid " + std::to_string(*request.uid) : "unix socket";
  }
  return is_carried(tokens_.write, request) ? "write token" : "read token";
}

Response Guard::refuse_token(const Request& request, TimePoint now) {
  const bool has_none = request.authorization.empty();
  const char* why = has_none ? "it carries no token" : "its token is wrong";
  if (refusals_.note_guess(request, why, now)) return Refusals::too_many("a valid token");
  Response response = problem_reply(
      401, "send \"Authorization: Bearer <token>\"; the start-up log names the token's file");
  response.fields.emplace_back("WWW-Authenticate", "Bearer realm=\"gapura\"");
  return response;
}

}  // namespace gapura::admin
