#include "balancer/desired.h"

#include <algorithm>

namespace gapura::balancer {

std::vector<WantedTarget> wanted_targets(const conf::ServiceConfig& service,
                                         const ServiceOverlay& overlay) {
  std::vector<WantedTarget> out;
  if (service.is_composite()) return out;
  out.reserve(service.servers.size() + overlay.added.size());
  for (const conf::Server& server : service.servers) {
    std::string id = server.url.authority();
    if (overlay.removed.contains(id) || overlay.added.contains(id)) continue;
    const bool is_drained = overlay.drained.contains(id);
    out.push_back({std::move(id), server, Origin::file, is_drained});
  }
  for (const auto& [id, added] : overlay.added) {
    out.push_back({id, added.server, added.origin, overlay.drained.contains(id)});
  }
  return out;
}

bool settle(Overlay& overlay, const conf::DynamicConfig& files) {
  const Overlay before = overlay;
  for (auto& [name, changes] : overlay.services) {
    const auto found = files.services.find(name);
    if (found == files.services.end()) continue;
    const conf::ServiceConfig& service = found->second;
    if (changes.file_servers != service.servers) changes.removed.clear();
    if (changes.removed.empty()) changes.file_servers.clear();
    std::set<std::string> listed;
    for (WantedTarget& target : wanted_targets(service, changes)) listed.insert(target.id);
    std::erase_if(changes.drained, [&](const std::string& id) { return !listed.contains(id); });
  }
  std::erase_if(overlay.services, [](const auto& entry) { return entry.second.is_empty(); });
  return overlay != before;
}

}  // namespace gapura::balancer
