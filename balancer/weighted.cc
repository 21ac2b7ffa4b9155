#include "balancer/weighted.h"

#include <vector>

#include "balancer/standing.h"

namespace gapura::balancer {

void WeightedTurns::adopt(const Weighted& weighted) {
  std::vector<Turns::Item> items;
  items.reserve(weighted.children.size());
  for (const Weighted::Child& child : weighted.children) {
    items.push_back({index(child.slot), child.weight});
  }
  turns_.adopt(items);
}

std::size_t WeightedTurns::choose_child(const Snapshot& snapshot, const Weighted& weighted,
                                        const PickRequest& request, std::string& cookie) {
  if (!weighted.sticky) return weighted.children[next(snapshot, weighted, request)].place;
  const std::size_t kept = weighted.sticky->named_place(request.request.fields);
  if (kept != kNoPlace) {
    const std::size_t place = weighted.children[kept].place;
    if (standing(snapshot, snapshot.services[place], request) == Standing::good) return place;
  }
  const std::size_t chosen = next(snapshot, weighted, request);
  cookie += weighted.sticky->set_cookie(chosen);
  return weighted.children[chosen].place;
}

/// Place in `children`.
std::size_t WeightedTurns::next(const Snapshot& snapshot, const Weighted& weighted,
                                const PickRequest& request) {
  PickRequest anew = request;
  anew.tried = {};
  const auto service = [&](std::size_t i) -> const Service& {
    return snapshot.services[weighted.children[i].place];
  };
  // Parked is who is not well, whatever this request has tried: others' turns go by that too.
  const auto is_unwell = [&](std::size_t i) {
    return standing(snapshot, service(i), anew) != Standing::good;
  };
  const auto stands_below = [&](Standing least) {
    return [&, least](std::size_t i) { return standing(snapshot, service(i), request) < least; };
  };
  std::size_t found = turns_.pick(is_unwell, stands_below(Standing::good));
  if (found == Turns::npos) found = turns_.pick(is_unwell, stands_below(Standing::doubtful));
  // Nobody can serve: whoever comes first says so.
  return found == Turns::npos ? 0 : found;
}

}  // namespace gapura::balancer
