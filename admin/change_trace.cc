#include "admin/change_trace.h"

#include <boost/json.hpp>
#include <set>
#include <utility>

namespace gapura::admin {
namespace json = boost::json;
using balancer::Overlay;
using balancer::ServiceOverlay;

namespace {

/// What the overlay says of one target.
json::value said_of(const ServiceOverlay& service, const std::string& id) {
  json::object said;
  if (const auto added = service.added.find(id); added != service.added.end()) {
    said["url"] = added->second.server.url.to_string();
    said["weight"] = added->second.server.weight;
    said["origin"] = to_string(added->second.origin);
  }
  if (service.removed.contains(id)) said["removed"] = true;
  if (service.drained.contains(id)) said["drained"] = true;
  return said.empty() ? json::value(nullptr) : json::value(std::move(said));
}

void add_ids(const ServiceOverlay& service, std::set<std::string>& ids) {
  for (const auto& [id, target] : service.added) ids.insert(id);
  ids.insert(service.removed.begin(), service.removed.end());
  ids.insert(service.drained.begin(), service.drained.end());
}

const ServiceOverlay& service_in(const Overlay& overlay, const std::string& name) {
  static const ServiceOverlay kNothing;
  const auto found = overlay.services.find(name);
  return found == overlay.services.end() ? kNothing : found->second;
}

}  // namespace

void ChangeTrace::note(const Overlay& before, const Overlay& after) {
  std::set<std::string> names;
  for (const Overlay* overlay : {&before, &after}) {
    for (const auto& [name, service] : overlay->services) names.insert(name);
  }
  for (const std::string& name : names) {
    const ServiceOverlay& was = service_in(before, name);
    const ServiceOverlay& is = service_in(after, name);
    if (was == is) continue;
    std::set<std::string> ids;
    add_ids(was, ids);
    add_ids(is, ids);
    for (const std::string& id : ids) {
      note({{"service", name}, {"target", id}}, said_of(was, id), said_of(is, id));
    }
  }
}

void ChangeTrace::note(json::object what, json::value before, json::value after) {
  if (before == after) return;
  what["before"] = std::move(before);
  what["after"] = std::move(after);
  changes.push_back(std::move(what));
}

}  // namespace gapura::admin
