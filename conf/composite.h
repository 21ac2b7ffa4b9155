/// Services over services: `weighted`, `highestRandomWeight`, `failover` and `mirroring`. They have
/// no servers of their own but children, which are services of any kind. Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "conf/problem.h"
#include "conf/sticky_cookie.h"

namespace gapura::conf {

/// How many services may lie above one with servers. Nobody needs more; it bounds what a request
/// has to follow.
inline constexpr std::size_t kNestingMax = 8;

/// Of a request's body, what is kept for a replay or a mirror when no number of bytes is given.
/// Traefik keeps all of it.
inline constexpr std::uint64_t kBodyKeptDefault = 1024 * 1024;

/// A service that another one names.
struct ChildService {
  std::string name;  ///< without "@file"
  Problem where;     ///< file, line, column and path of the name, for messages
  /// That it stands on another line is no difference.
  friend bool operator==(const ChildService& a, const ChildService& b) { return a.name == b.name; }
};

struct Weighted {
  struct Share {
    ChildService service;
    std::uint32_t weight = 1;  ///< 1 to 1,000,000. Others leave the child out
    friend bool operator==(const Share&, const Share&) = default;
  };
  std::vector<Share> services;  ///< not empty; names are unique
  std::optional<StickyCookie> sticky;
  friend bool operator==(const Weighted&, const Weighted&) = default;
};

/// The client's address decides which of the services.
struct HighestRandomWeight {
  std::vector<Weighted::Share> services;  ///< not empty; names are unique
  friend bool operator==(const HighestRandomWeight&, const HighestRandomWeight&) = default;
};

/// Statuses of responses, both ends included.
struct StatusRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  friend bool operator==(const StatusRange&, const StatusRange&) = default;
};

struct Failover {
  ChildService service;
  ChildService fallback;
  std::vector<StatusRange> statuses;                ///< errors.status; empty: only by health
  std::uint64_t body_bytes_max = kBodyKeptDefault;  ///< errors.maxRequestBodyBytes
  friend bool operator==(const Failover&, const Failover&) = default;
};

struct Mirroring {
  struct Mirror {
    ChildService service;
    std::uint32_t percent = 0;  ///< 0 to 100
    friend bool operator==(const Mirror&, const Mirror&) = default;
  };
  ChildService service;
  bool mirrors_body = true;
  std::uint64_t body_bytes_max = kBodyKeptDefault;  ///< maxBodySize
  std::vector<Mirror> mirrors;
  friend bool operator==(const Mirroring&, const Mirroring&) = default;
};

/// The first: the service has servers (loadBalancer), not children.
using Composite = std::variant<std::monostate, Weighted, HighestRandomWeight, Failover, Mirroring>;

/// "loadBalancer", "weighted" …: the key that makes a service one of that kind.
const char* kind_of(const Composite& composite) noexcept;

/// In the order in which they are written, mirrors included.
std::vector<const ChildService*> children_of(const Composite& composite);

}  // namespace gapura::conf
