#include "admin/state_view.h"

#include <boost/json.hpp>
#include <chrono>
#include <map>

#include "admin/json.h"

namespace gapura::admin {
namespace json = boost::json;

namespace {

struct ServiceLines {
  json::array entries, ended;
};

json::object object_of(const balancer::OverlayEffect& effect) {
  return {{"target", effect.id},
          {"entry", effect.entry},
          {"effect", to_string(effect.kind)},
          {"reason", effect.reason}};
}

json::object object_of(const balancer::EndedEntry& ended, TimePoint now) {
  const auto ago = std::chrono::duration_cast<WallTime::duration>(now - ended.at);
  return {{"target", ended.id},
          {"entry", ended.entry},
          {"reason", ended.reason},
          {"at", rfc3339(std::chrono::system_clock::now() - ago)}};
}

}  // namespace

json::object state_view(const balancer::Registry& registry, const DescribeState& describe,
                        TimePoint now) {
  const balancer::OverlayView view = registry.overlay_view();
  std::map<std::string, ServiceLines> services;
  for (const auto& one : view.effects) services[one.service].entries.push_back(object_of(one));
  for (const auto& one : view.ended) services[one.service].ended.push_back(object_of(one, now));

  const StateDescription kept = describe ? describe(registry.overlay()) : StateDescription{};
  json::object object;
  object["file"] = kept.file;
  object["fault"] = kept.fault;
  object["yaml"] = kept.yaml;
  json::array list;
  for (auto& [name, lines] : services) {
    json::object service;
    service["name"] = name;
    service["entries"] = std::move(lines.entries);
    service["ended"] = std::move(lines.ended);
    list.push_back(std::move(service));
  }
  object["services"] = std::move(list);
  return object;
}

}  // namespace gapura::admin
