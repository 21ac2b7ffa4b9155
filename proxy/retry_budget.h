/// How many requests may be sent twice: a share of recent ones, so that a dying service is not hit
/// twice as hard. Connect failures are outside of it. One worker and service; one thread.
#pragma once

#include <algorithm>

namespace gapura::proxy {

class RetryBudget {
 public:
  /// A request that was sent to a target: earns a fifth of a retry (20 %, as Envoy's budget).
  void request() noexcept { tokens_ = std::min(tokens_ + 0.2, kMost); }
  /// Takes one retry; false when none is left.
  bool take() noexcept {
    if (tokens_ < 1.0) return false;
    tokens_ -= 1.0;
    return true;
  }

 private:
  static constexpr double kMost = 20.0;  // 100 requests' worth: "recent"
  double tokens_ = 3.0;                  // a quiet service may still retry
};

}  // namespace gapura::proxy
