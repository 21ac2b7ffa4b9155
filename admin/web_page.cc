#include "admin/web_page.h"

namespace gapura::admin {

bool is_of_foreign_page(const Request& request) {
  if (!request.origin.empty() && !iequals(request.origin, "http://" + request.host)) return true;
  const std::string_view site = request.field("Sec-Fetch-Site");
  if (site.empty() || site == "same-origin" || site == "none") return false;
  return !(request.is_read() && request.field("Sec-Fetch-Mode") == "navigate");
}

}  // namespace gapura::admin
