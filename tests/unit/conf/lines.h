/// Problems as text that a test can compare.
#pragma once

#include <string>

#include "conf/problem.h"

namespace gapura::conf {

/// "E line:column: path: message" (W: warning) for each, without the file's name.
inline std::string lines(const Problems& problems) {
  std::string out;
  for (Problem problem : problems) {
    problem.file.clear();
    out += problem.severity == Severity::error ? "E " : "W ";
    out += problem.to_string() + "\n";
  }
  return out;
}

}  // namespace gapura::conf
