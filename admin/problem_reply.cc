#include "admin/problem_reply.h"

#include <boost/beast/http/status.hpp>
#include <boost/json.hpp>

#include "admin/json.h"

namespace gapura::admin {
namespace http = boost::beast::http;

Response problem_reply(unsigned status, std::string_view detail, std::string_view field) {
  boost::json::object problem;
  problem["type"] = "about:blank";
  problem["title"] = http::obsolete_reason(http::int_to_status(status));
  problem["status"] = status;
  problem["detail"] = detail;
  if (!field.empty()) problem["field"] = field;
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
