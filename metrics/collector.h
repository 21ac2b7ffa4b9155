/// All shards summed into one Prometheus exposition, when somebody scrapes. Control thread only;
/// workers go on counting meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "metrics/reading.h"
#include "metrics/shard.h"

namespace gapura::metrics {

/// One target as it is now. Views are only needed during the call.
struct TargetGauges {
  std::string_view service;  ///< "calculate@file"
  std::string_view url;      ///< "http://10.0.0.5:3000"
  std::string_view address;  ///< "10.0.0.5" of a name's; empty: the URL says it
  std::string_view state;    ///< "serving"; static text
  std::uint32_t in_flight = 0;
  bool is_up = false;  ///< may be picked
};

/// Of a service with maxInFlight.
struct QueueFigures {
  std::string service;          ///< "calculate@file"
  std::uint32_t length = 0;     ///< requests that wait now
  std::uint64_t waits = 0;      ///< requests that have waited
  std::uint64_t waited_us = 0;  ///< by these
};

/// Of a service with panicThreshold.
struct PanicFigure {
  std::string service;  ///< "calculate@file"
  bool is_panic = false;
};

struct ReloadFigures {
  std::uint64_t reloads = 0;       ///< configurations applied
  std::uint64_t failures = 0;      ///< reloads with at least one broken file
  double last_success_unix_s = 0;  ///< 0: none yet
  /// Every file that is or was watched; true while its last good version stands in for it.
  std::vector<std::pair<std::string, bool>> files;
};

class Collector {
 public:
  using ShowTarget = std::function<void(const TargetGauges&)>;
  struct Sources {
    std::vector<const Shard*> shards;       ///< outlive the collector; index: worker
    std::vector<std::string> entry_points;  ///< names by EntryPointSlot
    /// "calculate@file", or empty for a service that is unknown or gone.
    std::function<std::string(ServiceSlot)> service_label;
    std::function<void(const ShowTarget&)> targets;  ///< shows each, those of a service together
    std::function<std::vector<QueueFigures>()> queues = {};  ///< empty: there are none
    std::function<std::vector<PanicFigure>()> panics = {};   ///< empty: there are none
    std::function<ReloadFigures()> reloads;
    /// What others count: no two of one family with the same labels. Empty: there are none.
    std::function<std::vector<Reading>()> readings = {};
    std::function<std::uint64_t()> audit_lines_lost = {};  ///< empty: there is no audit log
    std::span<const std::string_view> reasons;  ///< of gapura_errors_total, by number; static
    std::string version;
    bool has_entry_point_families = true;  ///< metrics.prometheus.addEntryPointsLabels
    bool has_service_families = true;      ///< metrics.prometheus.addServicesLabels
  };
  explicit Collector(Sources sources);
  ~Collector();

  /// The text format 0.0.4. A service that is gone is shown once more and then no longer, as
  /// Traefik does. O(series + targets); some 3 ms for 10,000 targets.
  std::string expose();

  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  class Summation;
  std::unique_ptr<Summation> summation_;
};

}  // namespace gapura::metrics
