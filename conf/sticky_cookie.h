/// The cookie of sticky sessions: `sticky.cookie` of a service, whatever its kind. Value.
#pragma once

#include <cstdint>
#include <string>

namespace gapura::conf {

/// Texts are safe to be put into a header.
struct StickyCookie {
  std::string name;  ///< empty: derived from the service's, as Traefik does
  bool is_secure = false;
  bool is_http_only = false;
  std::string same_site;       ///< "None", "Lax", "Strict"; empty: not said
  std::int64_t max_age_s = 0;  ///< 0: until the browser closes; negative: at once
  std::string path = "/";
  std::string domain;  ///< empty: not said
  friend bool operator==(const StickyCookie&, const StickyCookie&) = default;
};

}  // namespace gapura::conf
