/// What rules see of a request. Views into the request's head; valid as long as that is.
#pragma once

#include <span>
#include <string_view>

#include "base/http_field.h"

namespace gapura::balancer::routing {

struct RequestView {
  std::string_view method;  ///< as sent; methods are case-sensitive (RFC 9110 9.1)
  std::string_view host;    ///< as sent, port included; matching lower-cases and cuts it
  /// Path without query, cleaned, percent-escapes decoded except reserved characters
  /// (Traefik's "routing path").
  std::string_view path;
  std::span<const HttpField> fields;
};

}  // namespace gapura::balancer::routing
