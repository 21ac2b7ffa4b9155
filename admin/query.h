/// What the queries of the API's commands say. Pure; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "admin/body_fault.h"
#include "base/clock.h"

namespace gapura::admin {

using QueryValues = std::map<std::string, std::string>;

/// "?wait=true&timeout=30s&drain=10s" of the commands that drain a target.
struct DrainQuery {
  bool is_waiting = false;
  std::optional<Milliseconds> timeout;  ///< unset: as long as it takes; only with `is_waiting`
  /// drain=10s, or 0 for force=true: after that long what is in flight is cut. Unset: as the
  /// service's configuration says.
  std::optional<Milliseconds> limit;
};

std::variant<DrainQuery, BodyFault> read_drain_query(const QueryValues& values);

/// "?wait=drained&timeout=2m" of a declaration; with `is_waiting` for drained.
std::variant<DrainQuery, BodyFault> read_declare_query(const QueryValues& values);

/// "?ttl=30s"; 0 without it. At least a second.
std::variant<Milliseconds, BodyFault> read_ttl(const QueryValues& values);

/// "90", "1.5s", "500ms", "2m", "1h"; a bare number means seconds. Above 0, at most a day.
std::optional<Milliseconds> read_timeout(std::string_view text);

}  // namespace gapura::admin
