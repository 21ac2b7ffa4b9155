/// What needs all dynamic files at once: merging them, and names that must exist.
#include <algorithm>

#include "base/plural.h"
#include "conf/dynamic_parts.h"
#include "conf/nearest.h"

namespace gapura::conf {
namespace {

void add_error(const RouterConfig& router, const char* key, Place place, std::string message,
               Problems& problems) {
  Problem problem = router.where;
  problem.severity = Severity::error;
  problem.line = place.line;
  problem.column = place.column;
  if (!problem.path.empty()) problem.path += std::string(".") + key;
  problem.message = std::move(message);
  problems.push_back(std::move(problem));
}

constexpr const char* kDisabled = "; this router is disabled";

/// "; b.yaml is broken and may define it", or nothing.
std::string suspicion(const std::vector<std::filesystem::path>& broken) {
  if (broken.empty()) return {};
  std::string files = shown(broken.front().string());
  if (broken.size() == 1) return "; " + files + " is broken and may define it";
  return "; " + files + " and " + counted(broken.size() - 1, "other file") +
         " are broken and may define it";
}

void resolve_service(RouterConfig& router, const DynamicConfig& config, Guess& guess,
                     const std::string& suspects, Problems& problems) {
  const auto service = config.services.find(router.service);
  const Place place = router.places.service;
  if (service == config.services.end()) {
    router.fault = "there is no service " + in_quotes(router.service) + guess(router.service);
    return add_error(router, "service", place, router.fault + suspects + kDisabled, problems);
  }
  if (service->second.fault.empty()) return;
  router.fault =
      "its service " + in_quotes(router.service) + " is disabled: " + service->second.fault;
  add_error(router, "service", place, router.fault + kDisabled, problems);
}

void resolve_entry_points(RouterConfig& router, const std::vector<std::string>& entry_points,
                          Guess& guess, Problems& problems) {
  if (router.entry_points.empty()) return;
  std::vector<std::string> present;
  std::string missing;
  for (const std::string& name : router.entry_points) {
    if (std::ranges::find(entry_points, name) != entry_points.end()) {
      present.push_back(name);
      continue;
    }
    if (!missing.empty()) missing += ", ";
    missing += "there is no entry point " + in_quotes(name) + guess(name);
    if (name == "traefik") missing += " for routers: the internal one is not open to them yet";
  }
  if (missing.empty()) return;
  const Place place = router.places.entry_points;
  if (present.empty()) {
    add_error(router, "entryPoints", place, missing + kDisabled, problems);
    router.fault = std::move(missing);
    return;
  }
  add_error(router, "entryPoints", place, missing + "; the router stays on its other entry points",
            problems);
  router.entry_points = std::move(present);
}

template <class Item>
void take(std::map<std::string, Item>& into, const std::map<std::string, Item>& from,
          const std::filesystem::path& file, const char* kind,
          std::map<std::string, std::string>& origins, Problems& problems) {
  for (const auto& [name, item] : from) {
    const std::string path = std::string("http.") + kind + "." + shown(name);
    if (into.try_emplace(name, item).second) {
      origins.emplace(path, file.string());
      continue;
    }
    Problem problem{.severity = Severity::warning,
                    .file = file.string(),
                    .path = path,
                    .message = "is ignored: " + origins[path] +
                               " defines the same name, and the "
                               "first file wins"};
    if constexpr (std::is_same_v<Item, RouterConfig>) {
      problem.line = item.places.name.line;
      problem.column = item.places.name.column;
    }
    problems.push_back(std::move(problem));
  }
}

}  // namespace

DynamicConfig merge(const std::vector<std::pair<std::filesystem::path, DynamicConfig>>& files,
                    Problems& problems) {
  std::vector<const std::pair<std::filesystem::path, DynamicConfig>*> ordered;
  for (const auto& file : files) ordered.push_back(&file);
  std::ranges::stable_sort(ordered, {}, [](const auto* file) { return file->first; });
  DynamicConfig out;
  std::map<std::string, std::string> origins;  // path of a name -> file that defines it
  for (const auto* file : ordered) {
    take(out.routers, file->second.routers, file->first, "routers", origins, problems);
    take(out.services, file->second.services, file->first, "services", origins, problems);
  }
  return out;
}

void resolve(DynamicConfig& config, const std::vector<std::string>& entry_points,
             Problems& problems, const std::vector<std::filesystem::path>& broken) {
  const std::string suspects = suspicion(broken);
  std::vector<std::string_view> service_names;
  for (const auto& [name, service] : config.services) service_names.push_back(name);
  Guess guess_service(std::move(service_names));
  resolve_children(config, guess_service, problems);
  Guess guess_entry_point({entry_points.begin(), entry_points.end()});
  for (auto& [name, router] : config.routers) {
    if (router.fault.empty()) resolve_service(router, config, guess_service, suspects, problems);
    if (router.fault.empty()) {
      resolve_entry_points(router, entry_points, guess_entry_point, problems);
    }
  }
}

}  // namespace gapura::conf
