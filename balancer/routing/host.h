/// Host names as rules compare them. Pure, no allocation; any thread.
#pragma once

#include <string_view>

namespace gapura::balancer::routing {

/// A Host field without its port, brackets and trailing dot. Letters stay as they are.
/// "Example.com.:80" -> "Example.com", "[::1]:80" -> "::1".
constexpr std::string_view bare_host(std::string_view host) noexcept {
  if (!host.empty() && host.front() == '[') {
    const auto end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(1, end - 1);
  }
  const auto colon = host.find(':');
  // With a second colon it is an IPv6 address that lacks its brackets: nothing to cut.
  if (colon != std::string_view::npos && host.find(':', colon + 1) == std::string_view::npos) {
    host = host.substr(0, colon);
  }
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  return host;
}

/// What `*.` stands before: "a.example.com" -> "example.com"; "" when there is no first label.
constexpr std::string_view after_first_label(std::string_view bare) noexcept {
  const auto dot = bare.find('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  return bare.substr(dot + 1);
}

}  // namespace gapura::balancer::routing
