/// Sticky sessions: a cookie that names the target, or the child of a weighted service, in
/// Traefik's format, so that clients keep their servers over a change from Traefik and back.
/// Values; any thread.
///
/// The value is 16 hexadecimal digits, the first half of SHA-256 of the target's URL, or of the
/// child's name. Traefik takes both as they are written, so that a URL with a slash behind the port
/// and a name with "@file" are understood too.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "balancer/routing/request_view.h"
#include "conf/sticky_cookie.h"

namespace gapura::balancer {

struct PickRequest;
struct Service;
struct Target;

/// What cookies may say. Ours say the first, unless it leads to another one: then the last.
using CookieValues = std::array<std::uint64_t, 3>;
/// Of a target with this URL ("http://10.0.0.5:3000"), at this one of its name's addresses ("": the
/// URL says the address). The URL alone leads to the name's first one, as Traefik's cookies say it.
CookieValues cookie_values(const std::string& url, const std::string& address);

/// Of the child with this name ("calculate").
CookieValues child_cookie_values(const std::string& name);

/// Of a service whose clients are to be kept.
struct Sticky {
  struct Entry {
    std::uint64_t value;
    std::uint32_t place;  ///< of the target, or child
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  std::string cookie;          ///< its name
  std::string before, after;   ///< "Set-Cookie: name=" and "; Path=/…\r\n" around the value
  std::vector<Entry> entries;  ///< by value; of equal ones the first counts
  std::vector<std::uint64_t> values;  ///< what ours say, by place

  /// `label`: "calculate@file", from which Traefik derives the name when none is given. `values`:
  /// by place.
  static Sticky make(const conf::StickyCookie& settings, const std::string& label,
                     std::span<const CookieValues> values);
  /// Places of `staying` follow on those of `targets`.
  static Sticky make(const conf::StickyCookie& settings, const std::string& label,
                     const std::vector<Target>& targets, const std::vector<Target>& staying);

  /// The whole line that tells the client to come back to the target at `place`.
  std::string set_cookie(std::size_t place) const;
  /// What a request's cookie says; nothing: it has none, or one that is not ours. No allocation.
  std::optional<std::uint64_t> named_value(std::span<const HttpField> fields) const noexcept;
  /// The place that a request's cookie names, or kNoPlace. No allocation. O(log n).
  std::size_t named_place(std::span<const HttpField> fields) const noexcept;
  /// ... that this value leads to.
  std::size_t place_of(std::uint64_t value) const noexcept;
  friend bool operator==(const Sticky&, const Sticky&) = default;
};

/// The target that the request's cookie names, as a place for Service::at(); kNoPlace when the
/// service is not sticky, there is no such cookie, or its target is gone, draining (but for those
/// that stay), suspended or excluded: then the strategy chooses, and set_cookie() is due. No
/// allocation. O(log n).
std::size_t kept_place(const Service& service, const PickRequest& request) noexcept;

}  // namespace gapura::balancer
