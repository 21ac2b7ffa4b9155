#include "admin/rest/reply.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <string>

#include "admin/json.h"
#include "admin/problem_reply.h"
#include "base/log.h"

namespace gapura::admin {
namespace {

constexpr const char* kVersion = "X-Gapura-Version";

unsigned status_of(balancer::Refusal::Kind kind) {
  using Kind = balancer::Refusal::Kind;
  switch (kind) {
    case Kind::no_such_service:
    case Kind::no_such_target: return 404;
    case Kind::already_exists: return 409;
    case Kind::changed_meanwhile: return 412;
    case Kind::bad_request: break;
  }
  return 400;
}

}  // namespace

Response json_reply(unsigned status, const boost::json::value& value) {
  Response response;
  response.status = status;
  response.body = to_text(value);
  return response;
}

Response no_such_service(const std::string& service) {
  return problem_reply(404, "there is no service " + service);
}

Response not_saved(std::error_code error) {
  log::error("a change by API could not be saved, nothing was changed: {}", error.message());
  const bool is_full = error == std::errc::no_space_on_device ||
                       error == std::errc::file_too_large || error.value() == EDQUOT;
  return problem_reply(is_full ? 507 : 500,
                       "the change could not be saved, so nothing was changed: " + error.message());
}

std::optional<Response> failure_of(const Changes::Outcome& outcome) {
  if (const auto* refusal = std::get_if<balancer::Refusal>(&outcome)) {
    return problem_reply(status_of(refusal->kind), refusal->message);
  }
  if (const auto* failed = std::get_if<std::error_code>(&outcome)) {
    return not_saved(*failed);
  }
  if (std::get<Applied>(outcome).is_adopted) return std::nullopt;
  return problem_reply(503, "the change is made and saved, but not every worker has it yet");
}

void set_version(Response& response, Version version) {
  response.fields.emplace_back(kVersion, std::to_string(index(version)));
}

bool has_version(const Response& response) {
  return std::ranges::any_of(response.fields,
                             [](const auto& field) { return field.first == kVersion; });
}

}  // namespace gapura::admin
