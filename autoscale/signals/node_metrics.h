/// CPU and memory of the targets' machines, from what node_exporter says. Pure.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace gapura::autoscale {

/// One scrape of one machine.
struct NodeReading {
  TimePoint at{};
  double idle_s = 0;  ///< of all its processors together, since it started
  unsigned cpus = 0;
  double memory_available = 0;  ///< bytes
  double memory_total = 0;
};

/// Nothing: the text lacks node_cpu_seconds_total{mode="idle"} or the two memory gauges.
std::optional<NodeReading> read_node_metrics(std::string_view text, TimePoint at);

/// The readings of all machines over a window.
///   CPU     100 - 100 * mean over all processors of rate(idle seconds)
///   memory  100 * (1 - sum of mean available / sum of mean total)
/// which is what these PromQL expressions say:
///   100 - avg(rate(node_cpu_seconds_total{mode="idle"}[w])) * 100
///   100 * (1 - sum(avg_over_time(node_memory_MemAvailable_bytes[w]))
///            / sum(avg_over_time(node_memory_MemTotal_bytes[w])))
class NodeWindow {
 public:
  explicit NodeWindow(Milliseconds window) : window_(window) {}

  void add(const std::string& machine, const NodeReading& reading);
  /// Forgets machines that `keeps` does not want, and readings older than the window.
  template <class Keeps>
  void trim(TimePoint now, Keeps&& keeps) {
    for (auto& [machine, readings] : machines_) {
      while (readings.size() > 1 && now - readings[1].at >= window_) readings.pop_front();
    }
    std::erase_if(machines_, [&](const auto& entry) { return !keeps(entry.first); });
  }

  /// Percent. Nothing while no machine has been read twice (CPU) or at all (memory), or its last
  /// reading is older than the window.
  std::optional<double> cpu(TimePoint now) const;
  std::optional<double> memory(TimePoint now) const;
  /// Machines with a reading in the window.
  std::size_t machines(TimePoint now) const;

 private:
  bool is_fresh(const std::deque<NodeReading>& readings, TimePoint now) const {
    return !readings.empty() && now - readings.back().at <= window_;
  }
  const Milliseconds window_;
  std::map<std::string, std::deque<NodeReading>> machines_;
};

}  // namespace gapura::autoscale
