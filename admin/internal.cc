#include "admin/internal.h"

#include "metrics/collector.h"

namespace gapura::admin {
namespace {

Response plain(unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  return response;
}

}  // namespace

Response Internal::answer(const Request& request) const {
  if (api_ && request.path.starts_with("/api/")) return api_->answer(request);
  const bool is_ping = request.path == "/ping";
  if (!is_ping && request.path != "/metrics") return plain(404, "404 page not found\n");
  if (request.method != "GET" && request.method != "HEAD") {
    Response response = plain(405, "Method Not Allowed\n");
    response.fields.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (is_ping) return is_terminating_ ? plain(503, "Service Unavailable") : plain(200, "OK");
  Response response = plain(200, expose_());
  response.content_type = metrics::Collector::kContentType;
  return response;
}

}  // namespace gapura::admin
