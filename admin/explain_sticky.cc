#include "admin/explain_sticky.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string>

#include "balancer/standing.h"
#include "balancer/sticky.h"

namespace gapura::admin {
namespace json = boost::json;
using balancer::kNoPlace;

namespace {

constexpr const char* kOther = "; another one is picked, and the cookie changes";

struct Lead {
  std::string to{};  ///< empty: nowhere
  bool is_kept = false;
  std::string why;
};

json::object object_of(const balancer::Sticky& sticky, const Lead& lead) {
  json::object object;
  object["cookie"] = sticky.cookie;
  object["leadsTo"] = lead.to.empty() ? json::value(nullptr) : json::value(lead.to);
  object["isKept"] = lead.is_kept;
  object["why"] = lead.why;
  return object;
}

/// To one that is in no list to pick from.
Lead lead_to_lost(std::uint64_t value, const balancer::ServiceView& view) {
  for (const balancer::TargetView& one : view.targets) {
    const auto own = balancer::cookie_values(one.url, one.address);
    if (std::ranges::find(own, value) == own.end()) continue;
    return {.to = one.id, .why = std::string("is ") + to_string(one.phase) + kOther};
  }
  return {.why = std::string("its target is gone, or was never one of this service") + kOther};
}

Lead lead_of(const balancer::Service& service, const balancer::ServiceView& view,
             const balancer::PickRequest& request) {
  const auto value = service.sticky->named_value(request.request.fields);
  if (!value) return {.why = "the request has no such cookie: the answer gives it one"};
  const std::size_t place = service.sticky->place_of(*value);
  if (place == kNoPlace) return lead_to_lost(*value, view);
  const balancer::TargetState& state = *service.at(place).state;
  if (balancer::is_suspended(state)) {
    return {.to = state.id, .why = std::string("is suspended") + kOther};
  }
  if (balancer::is_excluded(request, state)) {
    return {.to = state.id,
            .why = std::string("has as many requests in flight as it may have") + kOther};
  }
  const bool stays = place >= service.targets.size();
  return {.to = state.id,
          .is_kept = true,
          .why = stays ? "drains, and is used for this cookie only" : "is used for this cookie"};
}

Lead lead_of(const balancer::Snapshot& snapshot, const balancer::Weighted& weighted,
             const balancer::PickRequest& request) {
  const auto value = weighted.sticky->named_value(request.request.fields);
  if (!value) return {.why = "the request has no such cookie: the answer gives it one"};
  const std::size_t place = weighted.sticky->place_of(*value);
  if (place == kNoPlace) {
    return {.why = std::string("there is no such service here (any more)") + kOther};
  }
  const auto& child = snapshot.services[weighted.children[place].place];
  const bool is_well = standing(snapshot, child, request) == balancer::Standing::good;
  return {.to = child.name,
          .is_kept = is_well,
          .why = is_well ? "is used for this cookie"
                         : std::string("has no target that is well") + kOther};
}

}  // namespace

json::object explain_sticky(const balancer::Service& service, const balancer::ServiceView& view,
                            const balancer::PickRequest& request) {
  balancer::PickRequest limited = request;
  limited.in_flight_max = service.in_flight_max;
  return object_of(*service.sticky, lead_of(service, view, limited));
}

json::object explain_sticky(const balancer::Snapshot& snapshot, const balancer::Weighted& weighted,
                            const balancer::PickRequest& request) {
  return object_of(*weighted.sticky, lead_of(snapshot, weighted, request));
}

std::string kept_in(const json::object& service) {
  const auto* sticky = service.if_contains("sticky");
  if (sticky == nullptr || !sticky->at("isKept").as_bool()) return {};
  return std::string(sticky->at("leadsTo").as_string());
}

}  // namespace gapura::admin
