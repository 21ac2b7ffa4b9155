#include "admin/problem_reply.h"

#include <boost/beast/http/status.hpp>
#include <boost/json.hpp>

#include "admin/json.h"

namespace gapura::admin {
namespace http = boost::beast::http;

Response problem_reply(unsigned status, std::string_view detail, std::string_view field) {
  if (field.empty()) return problem_reply(status, detail, std::span<const BodyFault>());
  const BodyFault fault{std::string(detail), std::string(field)};
  return problem_reply(status, detail, std::span(&fault, 1));
}

Response problem_reply(unsigned status, std::string_view detail,
                       std::span<const BodyFault> faults) {
  boost::json::object problem;
  problem["type"] = "about:blank";
  problem["title"] = http::obsolete_reason(http::int_to_status(status));
  problem["status"] = status;
  problem["detail"] = detail;
  if (!faults.empty()) {
    boost::json::array errors;
    for (const auto& [message, field] : faults) {
      errors.push_back({{"field", field}, {"message", message}});
    }
    problem["errors"] = std::move(errors);
  }
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = to_text(problem);
  return response;
}

Response method_refused(std::string_view allowed) {
  Response response = problem_reply(405, "use one of: " + std::string(allowed));
  response.fields.emplace_back("Allow", allowed);
  return response;
}

}  // namespace gapura::admin
