#include "admin/explain_service.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "admin/explain_sticky.h"
#include "balancer/failover.h"
#include "balancer/highest_random_weight.h"

namespace gapura::admin {
namespace json = boost::json;
using balancer::Phase;

namespace {

/// What a service's targets are judged by.
struct Ground {
  const balancer::Registry& registry;
  const balancer::Snapshot& snapshot;
  const balancer::PickRequest& request;
};

bool contains(const std::vector<balancer::Target>& targets, const std::string& id) {
  return std::ranges::any_of(targets, [&](const auto& one) { return one.state->id == id; });
}

struct Verdict {
  bool can_be_picked = false;
  std::string why;
};

/// `kept`: whom the sticky cookie leads to.
Verdict verdict_of(const balancer::TargetView& target, const balancer::Service& service,
                   const balancer::ServiceView& view, const std::string& kept) {
  if (target.id == kept) return {true, "its sticky cookie leads there"};
  const bool is_full = service.in_flight_max != 0 && target.in_flight >= service.in_flight_max;
  if (contains(service.staying, target.id)) {
    return {false, "drains, and is used for its sticky cookie only"};
  }
  if (!contains(service.targets, target.id)) return {false, target.reason};
  if (is_full) return {false, "has as many requests in flight as it may have"};
  if (is_well(target.phase)) return {true, target.reason};
  if (target.phase == Phase::draining) {
    return {true, "drains, and is used because there is no other"};
  }
  if (view.is_panic.value_or(false)) return {true, "is suspended, and is used in the panic"};
  const bool has_better = std::ranges::any_of(
      view.targets, [](const balancer::TargetView& one) { return is_well(one.phase); });
  if (has_better) return {false, "is suspended, and others are well: " + target.reason};
  return {true, "is suspended, and is used because no other is well"};
}

json::array targets_of(const balancer::Service& service, const balancer::ServiceView& view,
                       const std::string& kept) {
  json::array list;
  for (const auto& target : view.targets) {
    const Verdict verdict = verdict_of(target, service, view, kept);
    json::object one;
    one["id"] = target.id;
    one["url"] = target.url;
    one["phase"] = balancer::to_string(target.phase);
    one["inFlight"] = target.in_flight;
    one["canBePicked"] = verdict.can_be_picked;
    one["why"] = verdict.why;
    list.push_back(std::move(one));
  }
  return list;
}

json::object object_of(const Ground& ground, std::size_t place);

json::object child_of(const Ground& ground, std::size_t place, json::value is_taken) {
  json::object child = object_of(ground, place);
  child["isTaken"] = std::move(is_taken);
  return child;
}

/// `kept`: where the sticky cookie leads to.
json::array children_of(const Ground& ground, const balancer::Service& service,
                        const std::string& kept) {
  json::array list;
  if (const auto* weighted = std::get_if<balancer::Weighted>(&service.composite)) {
    for (const auto& one : weighted->children) {
      const bool is_it = ground.snapshot.services[one.place].name == kept;
      list.push_back(child_of(ground, one.place, kept.empty() ? json::value(nullptr) : is_it));
      list.back().as_object()["weight"] = one.weight;
    }
  } else if (const auto* hashed = std::get_if<balancer::HighestRandomWeight>(&service.composite)) {
    // Without an address nobody can say where the client's requests go.
    const bool is_known = !ground.request.client_address.empty();
    const std::size_t chosen = balancer::choose_child(ground.snapshot, *hashed, ground.request);
    for (const auto& one : hashed->children) {
      json::value is_taken = is_known ? json::value(one.place == chosen) : json::value(nullptr);
      list.push_back(child_of(ground, one.place, std::move(is_taken)));
      list.back().as_object()["weight"] = one.weight;
    }
  } else if (const auto* failover = std::get_if<balancer::Failover>(&service.composite)) {
    const std::size_t chosen =
        balancer::choose_child(ground.snapshot, *failover, ground.request, false);
    for (const std::size_t place : {failover->service, failover->fallback}) {
      list.push_back(child_of(ground, place, place == chosen));
    }
  } else if (const auto* mirroring = std::get_if<balancer::Mirroring>(&service.composite)) {
    list.push_back(child_of(ground, mirroring->service, true));
  }
  return list;
}

json::object object_of(const Ground& ground, std::size_t place) {
  const balancer::Service& service = ground.snapshot.services[place];
  json::object object;
  object["name"] = service.name;
  const auto view =
      ground.registry.service(service.name, Clock::now()).value_or(balancer::ServiceView{});
  object["kind"] = view.kind;
  if (!view.strategy.empty()) object["strategy"] = view.strategy;
  if (service.is_composite()) {
    const auto* weighted = std::get_if<balancer::Weighted>(&service.composite);
    if (weighted != nullptr && weighted->sticky) {
      object["sticky"] = explain_sticky(ground.snapshot, *weighted, ground.request);
    }
    object["services"] = children_of(ground, service, kept_in(object));
  } else {
    if (service.sticky) object["sticky"] = explain_sticky(service, view, ground.request);
    object["targets"] = targets_of(service, view, kept_in(object));
  }
  return object;
}

}  // namespace

json::object explain_service(const balancer::Registry& registry, const balancer::Snapshot& snapshot,
                             std::size_t place, const balancer::PickRequest& request) {
  return object_of({registry, snapshot, request}, place);
}

bool can_serve(const json::object& service) {
  if (const auto* targets = service.if_contains("targets")) {
    const auto can_be = [](const json::value& one) { return one.at("canBePicked").as_bool(); };
    return std::ranges::any_of(targets->as_array(), can_be);
  }
  return std::ranges::any_of(service.at("services").as_array(), [](const json::value& child) {
    const bool is_left_out = child.at("isTaken") == json::value(false);
    return !is_left_out && can_serve(child.as_object());
  });
}

}  // namespace gapura::admin
