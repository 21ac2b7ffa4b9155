#include "admin/web_page.h"

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

bool is_of_page(const Request& request) {
  return !request.origin.empty() || !request.field("Sec-Fetch-Site").empty();
}

bool is_own_host(std::string_view host, std::string_view own) {
  const std::string_view name = name_in(host);
  if (iequals(name, "localhost") || (!own.empty() && iequals(name, own))) return true;
  return Endpoint::parse(name, 0).has_value();
}

bool is_of_foreign_page(const Request& request) {
  if (!request.origin.empty() && !iequals(request.origin, "http://" + request.host)) return true;
  const std::string_view site = request.field("Sec-Fetch-Site");
  if (site.empty() || site == "same-origin" || site == "none") return false;
  return !(request.is_read() && request.field("Sec-Fetch-Mode") == "navigate");
}

}  // namespace gapura::admin
