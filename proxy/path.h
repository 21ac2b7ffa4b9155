/// Request paths: cleaned once, before routing, so that rules and targets see the same thing.
/// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace gapura::proxy {

/// Keeps its memory between requests: no allocation in steady state.
class CleanPath {
 public:
  /// Takes the origin-form target ("/a/../b?x=1", "*", or "?x" of an
  /// absolute target without path). Percent-escapes of unreserved characters
  /// are decoded (RFC 3986 6.2.2.2), "//", "/./" and "/../" are resolved as Traefik's sanitizePath
  /// does. False: a broken escape, an escaped NUL, or a path that climbs above the root.
  /// The views refer to `path_query` or to this object, and live until the next call.
  bool set(std::string_view path_query);

  /// What is forwarded: path and query.
  std::string_view path_query() const noexcept { return path_query_; }
  /// What rules match: no query, escapes decoded but for reserved characters (Traefik's routing
  /// path).
  std::string_view routing() const noexcept { return routing_; }

 private:
  bool normalise(std::string_view path);
  bool remove_dot_segments();
  void decode_for_routing();

  std::string_view path_query_;
  std::string_view routing_;
  std::string clean_;
  std::string decoded_;
  std::string routing_text_;
};

}  // namespace gapura::proxy
