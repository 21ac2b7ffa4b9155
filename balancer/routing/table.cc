#include "balancer/routing/table.h"

#include <algorithm>
#include <utility>

#include "balancer/routing/bucket_index.h"

namespace gapura::balancer::routing {

struct Table::Index {
  std::vector<Route> routes;  // by rank
  BucketIndex buckets;
};

Table::Table(std::vector<Route> routes) {
  std::ranges::sort(routes, [](const Route& a, const Route& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.name < b.name;
  });
  auto index = std::make_shared<Index>();
  index->routes = std::move(routes);
  for (Rank rank = 0; rank < index->routes.size(); ++rank) {
    index->buckets.file(rank, *index->routes[rank].rule);
  }
  index_ = std::move(index);
}

const Route* Table::match(const RequestView& request) const noexcept {
  if (index_ == nullptr) return nullptr;
  const std::vector<Route>& routes = index_->routes;
  const auto matches = [&](Rank rank) { return routes[rank].rule->matches(request); };
  const Rank rank = index_->buckets.first(request, matches);
  return rank == BucketIndex::kNone ? nullptr : &routes[rank];
}

std::size_t Table::size() const noexcept {
  return routes().size();
}

std::span<const Route> Table::routes() const noexcept {
  return index_ == nullptr ? std::span<const Route>() : std::span<const Route>(index_->routes);
}

}  // namespace gapura::balancer::routing
