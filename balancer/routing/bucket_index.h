/// Routes filed by what a request must have, so that few of them have to be looked at.
/// Built once, then only read; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "balancer/routing/host.h"
#include "balancer/routing/keys.h"
#include "balancer/routing/request_view.h"
#include "base/ascii.h"

namespace gapura::balancer::routing {

/// Place of a route in order of precedence; 0 is asked first.
using Rank = std::uint32_t;

class BucketIndex {
 public:
  static constexpr Rank kNone = static_cast<Rank>(-1);

  /// Ranks must rise from call to call. The rule must outlive the index.
  void file(Rank rank, const Rule& rule);

  /// The lowest rank among the candidates for which `accepts(rank)` holds, or kNone. Candidates of
  /// a bucket are asked in order, and none that cannot win any more. O(path length + candidates).
  template <class Accepts>
  Rank first(const RequestView& request, const Accepts& accepts) const noexcept;

 private:
  using Ranks = std::vector<Rank>;
  /// FNV-1a, because it can be continued: one pass over a path gives the hash of each prefix.
  static constexpr std::size_t kHashSeed = 14'695'981'039'346'656'037ULL;
  static constexpr std::size_t add_byte(std::size_t hash, char c) noexcept {
    return (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
  }
  struct Hashed {
    std::string_view text;
    std::size_t hash;
    friend bool operator==(const Hashed& a, const Hashed& b) noexcept { return a.text == b.text; }
  };
  struct TakeHash {
    std::size_t operator()(const Hashed& key) const noexcept { return key.hash; }
  };
  struct HostHash {
    std::size_t operator()(std::string_view host) const noexcept {
      std::size_t hash = kHashSeed;
      for (const char c : host) hash = add_byte(hash, ascii_lower(c));
      return hash;
    }
  };
  struct HostEqual {
    bool operator()(std::string_view a, std::string_view b) const noexcept { return iequals(a, b); }
  };
  using ByPath = std::unordered_map<Hashed, Ranks, TakeHash>;

  /// The routes of one host.
  struct Paths {
    ByPath exact, prefix;
    std::vector<std::size_t> prefix_bytes;  ///< distinct lengths in `prefix`, rising
    Ranks any;
  };
  using ByHost = std::unordered_map<std::string_view, Paths, HostHash, HostEqual>;

  template <class Scan>
  static void visit(const Paths& paths, std::string_view path, const Scan& scan) noexcept;
  ByHost exact_hosts_, wildcard_hosts_;
  Paths any_host_;
};

template <class Scan>
void BucketIndex::visit(const Paths& paths, std::string_view path, const Scan& scan) noexcept {
  std::size_t hash = kHashSeed;
  std::size_t at = 0;
  const auto advance = [&](std::size_t end) {
    while (at < end) hash = add_byte(hash, path[at++]);
  };
  const auto look_up = [&](const ByPath& map) {
    const auto found = map.find(Hashed{path.substr(0, at), hash});
    if (found != map.end()) scan(found->second);
  };
  for (const std::size_t bytes : paths.prefix_bytes) {
    if (bytes > path.size()) break;
    advance(bytes);
    look_up(paths.prefix);
  }
  if (!paths.exact.empty()) {
    advance(path.size());
    look_up(paths.exact);
  }
  scan(paths.any);
}

template <class Accepts>
Rank BucketIndex::first(const RequestView& request, const Accepts& accepts) const noexcept {
  Rank best = kNone;
  const auto scan = [&](const Ranks& ranks) {
    for (const Rank rank : ranks) {
      if (rank >= best) return;
      if (accepts(rank)) {
        best = rank;
        return;
      }
    }
  };
  const std::string_view host = bare_host(request.host);
  const auto visit_host = [&](const ByHost& hosts, std::string_view name) {
    const auto found = hosts.find(name);
    if (found != hosts.end()) visit(found->second, request.path, scan);
  };
  visit_host(exact_hosts_, host);
  visit_host(wildcard_hosts_, after_first_label(host));
  visit(any_host_, request.path, scan);
  return best;
}

}  // namespace gapura::balancer::routing
