/// What services do right now, for dashboards: counted only while somebody asks. Control thread.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "admin/json.h"
#include "balancer/registry.h"
#include "base/clock.h"
#include "metrics/service_load.h"

namespace gapura::admin {

/// What the workers have counted since the start.
struct LoadDoor {
  /// By the service's name.
  std::function<std::map<std::string, metrics::ServiceLoad>()> read = [] {
    return std::map<std::string, metrics::ServiceLoad>();
  };
  std::vector<double> bounds_s{};  ///< of ServiceLoad::durations
};

class LiveStats {
 public:
  /// `registry` must outlive it.
  LiveStats(const balancer::Registry& registry, LoadDoor loads);

  /// {"at", "services":[{"name","requestsPerSecond","p50Ms","p95Ms","queued","targets":[…]}]} as
  /// one line. Made anew at most once in kEvery, however many ask. Rates and times are of the span
  /// since the last one, and are left out where there was none in the last seconds.
  const std::string& text(TimePoint now, WallTime wall);

  static constexpr Milliseconds kEvery{1'000};

 private:
  boost::json::object service_of(const balancer::ServiceGlance& service,
                                 const metrics::ServiceLoad& load, double span_s) const;

  const balancer::Registry& registry_;
  const LoadDoor loads_;
  std::map<std::string, metrics::ServiceLoad> before_;
  TimePoint made_at_{};
  std::string text_;
};

}  // namespace gapura::admin
