/// Exit codes of the verbs that ask a running Gapura, and the one way in which they fail.
#pragma once

#include <string>

namespace gapura::app::cli {

enum class ExitCode {
  done = 0,
  failed = 1,       ///< the server refused, or could not
  usage = 2,        ///< the command line makes no sense
  unreachable = 3,  ///< nobody answers at the admin API's place, or the place is not known
  not_found = 4,    ///< there is no such service, target or file
  timed_out = 5,    ///< --timeout passed before it was so
};

/// Ends a verb: thrown by whatever it calls, caught by cli::run() alone. A verb is a small
/// program from top to bottom; every step that cannot go on ends all of it in the same way.
struct Stop {
  ExitCode code = ExitCode::failed;
  std::string message;  ///< for standard error; empty: all is said
};

}  // namespace gapura::app::cli
