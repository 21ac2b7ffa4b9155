#include "admin/rest_provider.h"

#include <boost/json.hpp>
#include <utility>

#include "admin/awaited.h"
#include "admin/body.h"
#include "admin/json.h"
#include "admin/traefik_page.h"
#include "admin/web_page.h"
#include "base/log.h"

namespace gapura::admin {
namespace net = boost::asio;

namespace {

constexpr std::string_view kPath = "/api/providers/rest";

/// "errors; one after the other".
std::string errors_of(const conf::Problems& problems) {
  std::string text;
  for (const conf::Problem& one : problems) {
    if (one.severity != conf::Severity::error) continue;
    text += (text.empty() ? "" : "; ") + one.to_string();
  }
  return text;
}

}  // namespace

net::awaitable<Response> RestProvider::answer(Request request) {
  if (request.path != kPath) {
    co_return traefik_error(400,
                            "only the provider rest can be updated, by PUT " + std::string(kPath));
  }
  if (request.method != "PUT") {
    Response response = traefik_error(405, "use PUT");
    response.fields.emplace_back("Allow", "PUT");
    co_return response;
  }
  // No page is served here; and the name of one may have come to mean this machine.
  if (is_of_page(request)) co_return traefik_error(403, "web pages are not served");
  const auto parsed = parse_body(request.body);
  if (const auto* fault = std::get_if<BodyFault>(&parsed)) {
    co_return traefik_error(400, fault->message);
  }
  const auto& value = std::get<boost::json::value>(parsed);
  if (!value.is_object()) co_return traefik_error(400, "the body must be an object");
  const std::string text = to_text(value);
  std::function<void(std::function<void(RestTaken)>)> begin =
      [this, &text](std::function<void(RestTaken)> done) { take_(text, std::move(done)); };
  auto taking = awaited<RestTaken>(std::move(begin));
  const RestTaken taken = co_await std::move(taking);
  if (!taken.is_usable) co_return traefik_error(400, errors_of(taken.problems));
  log::info("{} gave the configuration of the provider rest", request.peer);
  Response response;
  response.body = text;
  co_return response;
}

}  // namespace gapura::admin
