#include "conf/problem.h"

#include <set>
#include <tuple>

namespace gapura::conf {

std::string Problem::to_string() const {
  std::string out = file;
  if (line > 0) {
    if (!out.empty()) out += ':';
    out += std::to_string(line);
    if (column > 0) out += ':' + std::to_string(column);
  }
  for (const std::string* part : {&path, &message}) {
    if (part->empty()) continue;
    if (!out.empty()) out += ": ";
    out += *part;
  }
  return out;
}

void add_untold(Problems& problems, const Problems& more) {
  std::set<std::tuple<std::string, int, int>> told;
  for (const Problem& problem : problems) {
    if (problem.severity != Severity::error || problem.line == 0) continue;
    told.emplace(problem.file, problem.line, problem.column);
  }
  for (const Problem& problem : more) {
    if (told.contains({problem.file, problem.line, problem.column})) continue;
    problems.push_back(problem);
  }
}

}  // namespace gapura::conf
