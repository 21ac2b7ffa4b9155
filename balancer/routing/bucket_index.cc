#include "balancer/routing/bucket_index.h"

#include <algorithm>

namespace gapura::balancer::routing {

void BucketIndex::file(Rank rank, const Rule& rule) {
  for (const Key& key : necessary_keys(rule)) {
    Paths& paths = key.host_kind == Key::Host::any     ? any_host_
                   : key.host_kind == Key::Host::exact ? exact_hosts_[key.host]
                                                       : wildcard_hosts_[key.host];
    if (key.path_kind == Key::Path::any) {
      paths.any.push_back(rank);
      continue;
    }
    std::size_t hash = kHashSeed;
    for (const char c : key.path) hash = add_byte(hash, c);
    const bool is_prefix = key.path_kind == Key::Path::prefix;
    (is_prefix ? paths.prefix : paths.exact)[Hashed{key.path, hash}].push_back(rank);
    if (!is_prefix) continue;
    const auto place = std::ranges::lower_bound(paths.prefix_bytes, key.path.size());
    if (place == paths.prefix_bytes.end() || *place != key.path.size()) {
      paths.prefix_bytes.insert(place, key.path.size());
    }
  }
}

}  // namespace gapura::balancer::routing
