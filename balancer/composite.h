/// Services over services as the snapshot has them: a small tree, whose children are places in
/// Snapshot::services. Values; any thread. There are no circles (conf::resolve).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "balancer/sticky.h"
#include "base/ids.h"
#include "conf/composite.h"

namespace gapura::balancer {

struct Weighted {
  struct Child {
    std::size_t place = 0;
    ServiceSlot slot{};  ///< the same over reloads: turns are kept by it
    std::uint32_t weight = 1;
    friend bool operator==(const Child&, const Child&) = default;
  };
  std::vector<Child> children;
  std::optional<Sticky> sticky;  ///< its entries are places in `children`
  friend bool operator==(const Weighted&, const Weighted&) = default;
};

struct HighestRandomWeight {
  struct Child {
    std::size_t place = 0;
    std::uint32_t weight = 1;
    std::uint64_t hash = 0;  ///< of its name
    friend bool operator==(const Child&, const Child&) = default;
  };
  std::vector<Child> children;
  friend bool operator==(const HighestRandomWeight&, const HighestRandomWeight&) = default;
};

struct Failover {
  std::size_t service = 0;
  std::size_t fallback = 0;
  std::vector<conf::StatusRange> statuses;  ///< of responses that are not for the client
  std::uint64_t body_bytes_max = 0;         ///< of requests that are tried at the fallback then
  friend bool operator==(const Failover&, const Failover&) = default;
};

struct Mirroring {
  struct Mirror {
    ServiceSlot slot{};
    std::uint32_t percent = 0;  ///< 0 to 100
    friend bool operator==(const Mirror&, const Mirror&) = default;
  };
  std::size_t service = 0;
  bool mirrors_body = true;
  std::uint64_t body_bytes_max = 0;  ///< requests with more are not mirrored
  std::vector<Mirror> mirrors;
  friend bool operator==(const Mirroring&, const Mirroring&) = default;
};

/// The first: a service with targets.
using Composite = std::variant<std::monostate, Weighted, HighestRandomWeight, Failover, Mirroring>;

}  // namespace gapura::balancer
