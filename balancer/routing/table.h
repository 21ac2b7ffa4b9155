/// Request -> route, through an index: cost independent of the number of routers.
/// Immutable once built; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "balancer/routing/request_view.h"
#include "balancer/routing/rule.h"

namespace gapura::balancer::routing {

struct Route {
  std::string name;  ///< "calculate@file"
  std::shared_ptr<const Rule> rule;
  std::int64_t priority = 0;
  std::size_t service = 0;  ///< index into Snapshot::services
};

class Table {
 public:
  Table() = default;
  /// Order: highest priority first, then by name (Traefik leaves equal ones unspecified).
  explicit Table(std::vector<Route> routes);

  /// The route to use, or nullptr. O(path length + candidates), no allocation.
  const Route* match(const RequestView& request) const noexcept;
  std::size_t size() const noexcept;
  /// In the order in which they are asked.
  std::span<const Route> routes() const noexcept;

 private:
  struct Index;
  std::shared_ptr<const Index> index_;
};

}  // namespace gapura::balancer::routing
