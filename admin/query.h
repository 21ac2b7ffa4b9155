/// "?wait=true&timeout=30s" of the commands that drain a target. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"

namespace gapura::admin {

struct WaitQuery {
  bool is_waiting = false;
  std::optional<Milliseconds> timeout;  ///< unset: as long as it takes; only with `is_waiting`
};

/// What is wrong with a query, and with which of its names.
struct QueryFault {
  std::string message;
  std::string name;
};

/// Unknown names are faults: "?wiat=true" must not answer before the target is gone.
std::variant<WaitQuery, QueryFault> read_wait_query(std::string_view query);

/// "90", "1.5s", "500ms", "2m", "1h"; a bare number means seconds. Above 0, at most a day.
std::optional<Milliseconds> read_timeout(std::string_view text);

}  // namespace gapura::admin
