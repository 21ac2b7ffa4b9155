#include "base/ascii.h"
#include "conf/dynamic_config.h"
#include "conf/host_name.h"
#include "conf/nearest.h"
#include "conf/scalars.h"

namespace gapura::conf {
namespace {

constexpr std::uint16_t kHttpPort = 80;

/// Cuts "http://" off. False, with `fault` filled, for anything else.
bool take_scheme(std::string_view& rest, std::string* fault) {
  const std::string_view text = rest;
  const auto end = text.find("://");
  if (end == std::string_view::npos) {
    *fault = "must begin with http://";
    // Only what would be right with it is worth suggesting.
    std::string ignored;
    if (ServerUrl::parse("http://" + std::string(text), &ignored)) {
      *fault += " (did you mean " + in_quotes("http://" + std::string(text)) + "?)";
    } else {
      *fault += ", but is " + in_quotes(text);
    }
    return false;
  }
  const std::string scheme = to_lower(text.substr(0, end));
  if (scheme == "https" || scheme == "h2c") {
    *fault = scheme + " to targets is not built yet (it is never sent in clear instead)";
    return false;
  }
  if (scheme != "http") {
    *fault = "must begin with http://, not " + in_quotes(text.substr(0, end + 3));
    return false;
  }
  rest = text.substr(end + 3);
  return true;
}

/// Where the port's colon is. Brackets hide those of IPv6; an address that lacks them has no port,
/// so that the message is about the brackets.
std::size_t port_colon(std::string_view authority) {
  const auto bracket = authority.rfind(']');
  if (bracket != std::string_view::npos) return authority.find(':', bracket);
  const auto colon = authority.find(':');
  return colon == authority.rfind(':') ? colon : std::string_view::npos;
}

}  // namespace

std::string ServerUrl::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string ServerUrl::to_string() const {
  return scheme + "://" + authority();
}

std::optional<ServerUrl> ServerUrl::parse(std::string_view text, std::string* fault) {
  std::string ignored;
  if (fault == nullptr) fault = &ignored;
  if (text.empty()) {
    *fault = "is empty; expected a URL such as http://10.0.0.5:3000";
    return std::nullopt;
  }
  std::string_view rest = text;
  if (!take_scheme(rest, fault)) return std::nullopt;
  const auto end = rest.find_first_of("/?#\\");
  if (end != std::string_view::npos && rest.find_first_of("?#\\") != std::string_view::npos) {
    *fault = "must not have a query, a fragment or a backslash, but is " + in_quotes(text);
    return std::nullopt;
  }
  std::string_view authority = rest.substr(0, end);
  if (authority.find('@') != std::string_view::npos) {
    *fault = "must not hold a user or password";  // and is not repeated in a log
    return std::nullopt;
  }
  ServerUrl url{.scheme = "http", .host = {}, .port = kHttpPort};
  const auto colon = port_colon(authority);
  if (colon != std::string_view::npos) {
    const auto port = parse_port(authority.substr(colon + 1), 1, fault);
    if (!port) return std::nullopt;
    url.port = *port;
    authority = authority.substr(0, colon);
  }
  const auto host = parse_host(authority, fault);
  if (!host) return std::nullopt;
  url.host = *host;
  return url;
}

}  // namespace gapura::conf
