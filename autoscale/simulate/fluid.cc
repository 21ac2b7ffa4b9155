#include "autoscale/simulate/fluid.h"

#include <algorithm>
#include <cmath>

namespace gapura::autoscale {
namespace {

const std::vector<double> kBounds_s{0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10};

}  // namespace

Fluid::Second Fluid::step(double arrived, double service_s, std::uint32_t ready) {
  const double one = settings_.concurrency / std::max(service_s, 1e-6);
  const double capacity = ready * one;
  Second out{.arrived = arrived};
  out.served = std::min(waiting_ + arrived, capacity);
  waiting_ += arrived - out.served;
  // While there is no target, as many wait as the first one may let wait.
  const double most = std::max(capacity, one) * settings_.wait_max_s;
  out.refused = std::max(0.0, waiting_ - most);
  waiting_ -= out.refused;
  out.latency_s = service_s + waiting_ / std::max(capacity, one / settings_.wait_max_s);
  out.utilization = ready > 0 ? out.served / capacity : 0;
  return out;
}

void Fluid::count(const Second& second, double service_s, std::uint32_t ready,
                  Sample& sample) const {
  sample.arrived += second.arrived;
  sample.finished += second.served;
  sample.busy_s += second.served * service_s;
  const double room = ready * settings_.concurrency;
  sample.in_flight =
      static_cast<std::uint32_t>(std::lround(std::min(room, second.served * service_s + waiting_)));
  sample.queued = static_cast<std::uint32_t>(std::lround(waiting_));
  if (waiting_ > 0) {
    sample.queue_waits += second.served;
    sample.queue_wait_s += second.served * (second.latency_s - service_s);
  }
  if (sample.bounds_s.empty()) {
    sample.bounds_s = kBounds_s;
    sample.latencies.resize(kBounds_s.size() + 1);
  }
  const auto bucket = std::ranges::lower_bound(kBounds_s, second.latency_s) - kBounds_s.begin();
  sample.latencies[static_cast<std::size_t>(bucket)] += second.served;
}

}  // namespace gapura::autoscale
