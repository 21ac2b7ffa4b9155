#include "balancer/desired.h"

#include <algorithm>

namespace gapura::balancer {

std::vector<ListedServer> listed_servers(const conf::ServiceConfig& service,
                                         const ServiceOverlay& overlay) {
  std::vector<ListedServer> out;
  if (service.is_composite()) return out;
  out.reserve(service.servers.size() + overlay.added.size());
  for (const conf::Server& server : service.servers) {
    std::string id = server.url.authority();
    if (overlay.removed.contains(id) || overlay.added.contains(id)) continue;
    out.push_back({.id = std::move(id), .server = server});
  }
  for (const auto& [id, added] : overlay.added) {
    out.push_back({id, added.server, added.origin, added.ttl});
  }
  return out;
}

std::vector<WantedTarget> wanted_targets(const conf::ServiceConfig& service,
                                         const ServiceOverlay& overlay,
                                         const Addresses& addresses) {
  std::vector<WantedTarget> out;
  for (ListedServer& listed : listed_servers(service, overlay)) {
    const conf::ServerUrl& url = listed.server.url;
    const bool is_drained = overlay.drained.contains(listed.id);
    if (const auto literal = Endpoint::parse(url.host, url.port)) {
      std::string id = listed.id;
      out.push_back({std::move(id), std::move(listed), *literal, false, is_drained});
      continue;
    }
    const auto known = addresses.find(url.authority());
    if (known == addresses.end()) {
      std::string id = listed.id;
      out.push_back({std::move(id), std::move(listed), {}, true, is_drained});
      continue;
    }
    for (const Endpoint& endpoint : known->second) {
      std::string id = address_id(listed.id, endpoint);
      const bool is_out = is_drained || overlay.drained.contains(id);
      out.push_back({std::move(id), listed, endpoint, true, is_out});
    }
  }
  return out;
}

std::string address_id(const std::string& listed_id, const Endpoint& endpoint) {
  return listed_id + '@' + endpoint.address();
}

std::string listed_id(const std::string& id) {
  return id.substr(0, id.rfind('@'));
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
    for (ListedServer& one : listed_servers(service, changes)) listed.insert(std::move(one.id));
    // A name may come back to an address that it does not stand for now: its mark stays.
    std::erase_if(changes.drained, [&](const std::string& id) {
      return !listed.contains(id) && !listed.contains(listed_id(id));
    });
  }
  std::erase_if(overlay.services, [](const auto& entry) { return entry.second.is_empty(); });
  return overlay != before;
}

}  // namespace gapura::balancer
