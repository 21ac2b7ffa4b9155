/// Traefik's internal entry point "traefik": /ping and /metrics, and nothing of the admin API.
/// Control thread only.
#pragma once

#include <functional>
#include <string>

#include "admin/message.h"

namespace gapura::admin {

class Internal {
 public:
  /// `expose` makes the metrics' text.
  explicit Internal(std::function<std::string()> expose) : expose_(std::move(expose)) {}

  /// GET and HEAD: /ping 200 "OK" (503 once terminating), /metrics; else 404, 405. Needs no token.
  Response answer(const Request& request) const;

  /// From here on load balancers in front of us are told to go elsewhere.
  void set_terminating() noexcept { is_terminating_ = true; }

 private:
  std::function<std::string()> expose_;
  bool is_terminating_ = false;
};

}  // namespace gapura::admin
