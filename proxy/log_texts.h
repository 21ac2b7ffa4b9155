/// The parts of a request that its access-log line needs after its head has been overwritten.
/// Made only when the access log is on.
#pragma once

#include <string>
#include <string_view>

#include "proxy/http_head.h"

namespace gapura::proxy {

struct LogTexts {
  explicit LogTexts(const RequestHead& head);
  /// Of a head that was refused: what it says is not to be trusted, nor shown.
  LogTexts() : method("-"), target("-") {}
  void note_route(std::string_view its_router, std::string_view its_service) {
    router = its_router;
    service = its_service;
  }
  void note_target(std::string_view url) { target_url = url; }

  std::string method, target, authority, referer, user_agent, router, service, target_url;
};

}  // namespace gapura::proxy
