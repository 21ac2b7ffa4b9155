/// Load out of an access log. Pure; any thread.
#pragma once

#include <variant>

#include "autoscale/simulate/trace.h"

namespace gapura::autoscale {

struct LogTrace {
  Trace trace;
  std::size_t lines = 0, unread = 0;
  /// Lines with a duration; without any the log says nothing of the work.
  std::size_t timed = 0;
};

/// Gapura's and Traefik's JSON and common format, and any other that has the Common Log Format's
/// time in brackets; each line may be of another one. A request came when the line says (both write
/// when it began). Its work is `OriginDuration`, else `Duration` or the last field ("12ms").
std::variant<LogTrace, TraceFault> read_access_log(std::string_view text);

}  // namespace gapura::autoscale
