/// One mistake in the configuration, said so that a person can mend it. Value; any thread.
#pragma once

#include <string>
#include <vector>

namespace gapura::conf {

/// A place in a file.
struct Place {
  int line = 0;    ///< from 1; 0: not known
  int column = 0;  ///< from 1; 0: not known
  friend bool operator==(const Place&, const Place&) = default;
};

enum class Severity { warning, error };

struct Problem {
  Severity severity = Severity::error;
  std::string file;     ///< as the user named it
  int line = 0;         ///< from 1; 0: not known
  int column = 0;       ///< from 1; 0: not known
  std::string path;     ///< "http.services.calculate.loadBalancer.servers[0].url"; may be empty
  std::string message;  ///< what is wrong and what to do, with "did you mean …?" where that helps

  /// "file:line:column: path: message"; parts not known are left out.
  std::string to_string() const;

  friend bool operator==(const Problem&, const Problem&) = default;
};

using Problems = std::vector<Problem>;

/// Appends those of `more` in whose places no error stands yet: what two readers find wrong in one
/// place is one mistake.
void add_untold(Problems& problems, const Problems& more);

}  // namespace gapura::conf
