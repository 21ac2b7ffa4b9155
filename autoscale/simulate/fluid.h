/// A service as a fluid: requests flow in, r targets of c workers each let r c / S a second
/// through, and what does not fit waits. Good for questions of size and time; it knows no single
/// request.
#pragma once

#include "autoscale/decide/sample.h"

namespace gapura::autoscale {

struct FluidSettings {
  double concurrency = 4;  ///< c: workers of a target
  double service_s = 0.2;  ///< S: mean work of a request
  double wait_max_s = 10;  ///< longer waits are refused: the queue's length at full capacity
};

class Fluid {
 public:
  explicit Fluid(const FluidSettings& settings) : settings_(settings) {}

  struct Second {
    double arrived = 0, served = 0, refused = 0;
    double latency_s = 0;    ///< of what came in this second
    double utilization = 0;  ///< 0 to 1; 0 without a target
  };
  /// One second: `arrived` requests of `service_s` each, at `ready` targets.
  Second step(double arrived, double service_s, std::uint32_t ready);

  double waiting() const noexcept { return waiting_; }
  /// Adds the second to a sample, as Gapura would have counted it.
  void count(const Second& second, double service_s, std::uint32_t ready, Sample& sample) const;

 private:
  FluidSettings settings_;
  double waiting_ = 0;
};

}  // namespace gapura::autoscale
