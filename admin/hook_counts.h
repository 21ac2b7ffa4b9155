/// What came in through hooks, counted for metrics. Control thread only.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/hook_alerts.h"
#include "metrics/reading.h"

namespace gapura::admin {

class HookCounts {
 public:
  /// `path`: of a request for a hook; others are not counted. `status`: of its answer.
  void add(std::string_view path, unsigned status);
  void add(const AlertCounts& alerts);

  std::vector<metrics::Reading> readings() const;

 private:
  std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> requests_;
  AlertCounts alerts_;
};

}  // namespace gapura::admin
