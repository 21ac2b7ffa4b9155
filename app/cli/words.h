/// Values of the command line that more than one verb reads. Pure; any thread.
#pragma once

#include <string>

#include "app/cli/exit_code.h"
#include "base/clock.h"
#include "conf/scalars.h"

namespace gapura::app::cli {

/// "30m", "90s", "90"; throws Stop (usage), which names `option`, for anything else.
inline Milliseconds duration_of(const std::string& option, const std::string& text) {
  std::string fault;
  const auto duration = conf::parse_duration(text, &fault);
  if (duration) return *duration;
  throw Stop{ExitCode::usage, option + " " + fault};
}

}  // namespace gapura::app::cli
