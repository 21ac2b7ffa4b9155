/// leastconn: fewest leases held / weight, counted over all workers. One worker's.
///
/// Up to kScanMax targets all are looked at, so that the choice is exact; equal ones take turns.
/// Above that they are kept ordered by what was last seen of them (LoadOrder), and a pick looks at
/// a bounded number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "balancer/load_order.h"
#include "balancer/pick_request.h"

namespace gapura::balancer {

class LeastConnections {
 public:
  static constexpr std::size_t kScanMax = 256;

  explicit LeastConnections(const PickStart& start) noexcept : offset_(start.offset) {}

  void adopt(const Service& service);
  std::size_t pick(const Service& service, const PickRequest& request) {
    return service.targets.size() <= kScanMax ? scan(service, request)
                                              : order_.pick(service, request);
  }
  std::uint64_t examined() const noexcept { return examined_ + order_.examined(); }

 private:
  std::size_t scan(const Service& service, const PickRequest& request);

  std::uint32_t offset_;
  std::vector<TargetRef> known_;  ///< adopted last, held so that no newcomer has an old address
  std::size_t cursor_ = 0;        ///< where the next scan begins
  bool is_first_ = true;
  LoadOrder order_;
  std::uint64_t examined_ = 0;
};

}  // namespace gapura::balancer
