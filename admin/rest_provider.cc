#include "admin/rest_provider.h"

#include <boost/json.hpp>
#include <utility>

#include "admin/awaited.h"
#include "admin/body.h"
#include "admin/json.h"
#include "admin/traefik_page.h"
#include "admin/web_page.h"
#include "base/digest.h"
#include "base/log.h"

namespace gapura::admin {
namespace net = boost::asio;
namespace json = boost::json;

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

/// What tells two configurations apart: the line has the body itself only where it is short.
json::value outline_of(const std::string& text) {
  json::object outline;
  outline["bytes"] = text.size();
  outline["sha256"] = sha256_hex(text);
  return outline;
}

}  // namespace

net::awaitable<Response> RestProvider::answer(Request request) {
  // No page is served here; and the name of one may have come to mean this machine.
  if (is_of_page(request)) co_return traefik_error(403, "web pages are not served");
  Audit::Entry entry = audit_.begin(request, "rest, anybody");
  Response response = co_await serve(std::move(request));
  co_await audit_.end(std::move(entry), response.status);
  co_return response;
}

net::awaitable<Response> RestProvider::serve(Request request) {
  if (request.path != kPath) {
    co_return traefik_error(400,
                            "only the provider rest can be updated, by PUT " + std::string(kPath));
  }
  if (request.method != "PUT") {
    Response response = traefik_error(405, "use PUT");
    response.fields.emplace_back("Allow", "PUT");
    co_return response;
  }
  const auto parsed = parse_body(request.body);
  if (const auto* fault = std::get_if<BodyFault>(&parsed)) {
    co_return traefik_error(400, fault->message);
  }
  const auto& value = std::get<json::value>(parsed);
  if (!value.is_object()) co_return traefik_error(400, "the body must be an object");
  const std::string text = to_text(value);
  std::function<void(std::function<void(RestTaken)>)> begin =
      [this, &text](std::function<void(RestTaken)> done) { take_(text, std::move(done)); };
  auto taking = awaited<RestTaken>(std::move(begin));
  const RestTaken taken = co_await std::move(taking);
  if (!taken.is_usable) co_return traefik_error(400, errors_of(taken.problems));
  json::value before = std::exchange(given_, outline_of(text));
  if (request.trace) request.trace->note({{"what", "providers.rest"}}, std::move(before), given_);
  log::info("{} gave the configuration of the provider rest", request.peer);
  Response response;
  response.body = text;
  co_return response;
}

}  // namespace gapura::admin
