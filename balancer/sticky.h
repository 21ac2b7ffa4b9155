/// Sticky sessions: a cookie that names the target, in Traefik's format, so that clients keep their
/// servers over a change from Traefik and back. Values; any thread.
///
/// The value is 16 hexadecimal digits, the first half of SHA-256 of the target's URL. Traefik takes
/// the URL as it is written, so that one with a slash behind the port is understood too.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conf/dynamic_config.h"

namespace gapura::balancer {

struct PickRequest;
struct Service;
struct Target;

/// What cookies may say of a target with this URL ("http://10.0.0.5:3000"); the first is what ours
/// say.
std::array<std::uint64_t, 2> cookie_values(const std::string& url);

/// Of a service whose clients are to be kept.
struct Sticky {
  struct Entry {
    std::uint64_t value;
    std::uint32_t place;  ///< in service.targets
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  std::string cookie;          ///< its name
  std::string before, after;   ///< "Set-Cookie: name=" and "; Path=/…\r\n" around the value
  std::vector<Entry> targets;  ///< by value

  /// `label`: "calculate@file", from which Traefik derives the name when none is given.
  static Sticky make(const conf::StickyCookie& settings, const std::string& label,
                     const std::vector<Target>& targets);

  /// The whole line that tells the client to come back to `target`.
  std::string set_cookie(const Target& target) const;
  friend bool operator==(const Sticky&, const Sticky&) = default;
};

/// The target that the request's cookie names, as an index into service.targets; kNoPlace when the
/// service is not sticky, there is no such cookie, or its target is gone, draining, suspended or
/// excluded: then the strategy chooses, and set_cookie() is due. No allocation. O(log n).
std::size_t kept_place(const Service& service, const PickRequest& request) noexcept;

}  // namespace gapura::balancer
