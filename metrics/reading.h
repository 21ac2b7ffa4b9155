/// One number of one family, read when somebody scrapes. Value; any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "metrics/names.h"

namespace gapura::metrics {

struct Reading {
  Family family{};
  std::vector<std::pair<std::string, std::string>> labels{};  ///< name, value
  double value = 0;  ///< of a counter: since the start, never falling
};

}  // namespace gapura::metrics
