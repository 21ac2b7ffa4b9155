/// Traefik's internal entry point "traefik": /ping, /metrics and, if asked for, Traefik's read-only
/// API; nothing of the admin API.
/// Control thread only.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "admin/message.h"
#include "admin/traefik_api.h"

namespace gapura::admin {

class Internal {
 public:
  /// `expose` makes the metrics' text.
  explicit Internal(std::function<std::string()> expose,
                    std::optional<TraefikApi> api = std::nullopt)
      : expose_(std::move(expose)), api_(std::move(api)) {}

  /// GET and HEAD: /ping 200 "OK" (503 once terminating), /metrics, /api/…; else 404, 405. Needs no
  /// token.
  Response answer(const Request& request) const;

  /// From here on load balancers in front of us are told to go elsewhere.
  void set_terminating() noexcept { is_terminating_ = true; }

 private:
  std::function<std::string()> expose_;
  std::optional<TraefikApi> api_;
  bool is_terminating_ = false;
};

}  // namespace gapura::admin
