#include "admin/traefik_api.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "admin/location.h"
#include "admin/traefik_items.h"
#include "admin/traefik_page.h"

namespace gapura::admin {
namespace json = boost::json;

namespace {

Response shown(const json::value& value) {
  Response response;
  response.body = to_text(value);
  return response;
}

Response nothing_here() {
  return traefik_error(404, "404 page not found");
}

/// "routers" -> "router".
std::string singular(std::string_view kind) {
  return std::string(kind.substr(0, kind.size() - 1));
}

json::object counts_of(const std::vector<json::object>& items) {
  std::uint64_t errors = 0;
  for (const auto& one : items) errors += one.at("status") == json::value("disabled") ? 1 : 0;
  json::object counts;
  counts["total"] = items.size();
  counts["warnings"] = 0;
  counts["errors"] = errors;
  return counts;
}

/// Items by name, without what only lists have.
json::object by_name(std::vector<json::object> items) {
  json::object named;
  for (json::object& one : items) {
    const std::string name(one.at("name").as_string());
    for (const char* member : {"name", "provider", "type"}) one.erase(member);
    named[name] = std::move(one);
  }
  return named;
}

}  // namespace

TraefikApi::TraefikApi(const balancer::Registry& registry, const conf::StaticConfig& config,
                       std::string software_version)
    : registry_(registry),
      config_(config),
      software_version_(std::move(software_version)),
      started_at_(std::chrono::system_clock::now()) {}

Response TraefikApi::answer(const Request& request) const {
  const auto path = path_segments(request.path);
  if (!path || path->size() < 2 || path->front() != "api") return nothing_here();
  if (!request.is_read()) {
    Response response = traefik_error(405, "this API only reads");
    response.fields.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  return show(*path, request);
}

Response TraefikApi::show(const std::vector<std::string>& path, const Request& request) const {
  const std::string& what = path[1];
  if (path.size() == 2 && what == "overview") return shown(overview());
  if (path.size() == 2 && what == "rawdata") return shown(raw_data());
  if (path.size() == 2 && what == "version") return shown(version());
  // {"api", "http", kind[, name]} or {"api", "entrypoints"[, name]}.
  const bool is_entry_points = what == "entrypoints";
  const std::size_t place = is_entry_points ? 1 : 2;
  const bool is_protocol = what == "http" || what == "tcp" || what == "udp";
  if ((!is_entry_points && !is_protocol) || path.size() <= place) return nothing_here();
  const std::string& kind = path[place];
  const bool is_kind = kind == "routers" || kind == "services" || kind == "middlewares";
  if (path.size() > place + 2 || (is_protocol && !is_kind)) return nothing_here();

  Items items;
  if (is_entry_points || what == "http") items = list_of(kind);
  if (path.size() == place + 2) {
    const std::string& name = path[place + 1];
    const auto found = std::ranges::find_if(
        items, [&](const json::object& one) { return one.at("name") == json::value(name); });
    if (found != items.end()) return shown(*found);
    return traefik_error(
        404, (is_entry_points ? "entry point" : singular(kind)) + " not found: " + name);
  }
  const auto query = query_values(request.query);
  if (!query) return traefik_error(400, "the query holds a broken percent escape");
  if (!is_entry_points)
    std::erase_if(items, [&](const auto& one) { return !is_wanted(one, *query); });
  return traefik_page(items, *query);
}

TraefikApi::Items TraefikApi::list_of(std::string_view kind) const {
  Items items;
  if (kind == "routers") items = routers();
  if (kind == "services") items = services();
  if (kind == "entrypoints") items = entry_points();
  std::ranges::sort(items, {}, [](const json::object& one) { return one.at("name").as_string(); });
  return items;
}

TraefikApi::Items TraefikApi::routers() const {
  Items items;
  for (const auto& view : registry_.routers()) items.push_back(traefik_router(view));
  return items;
}

TraefikApi::Items TraefikApi::services() const {
  std::map<std::string, std::vector<std::string>> users;
  for (const auto& router : registry_.routers()) users[router.service].push_back(router.name);
  const balancer::SnapshotPtr snapshot = registry_.snapshot();
  Items items;
  for (const auto& view : registry_.services(Clock::now())) {
    items.push_back(traefik_service(view, snapshot.get(), users[view.name]));
  }
  return items;
}

TraefikApi::Items TraefikApi::entry_points() const {
  Items items;
  for (const auto& one : config_.entry_points) items.push_back(traefik_entry_point(one));
  conf::EntryPoint internal;
  internal.name = "traefik";
  internal.address = config_.internal_address;
  items.push_back(traefik_entry_point(internal));
  return items;
}

json::object TraefikApi::overview() const {
  json::object http;
  http["routers"] = counts_of(routers());
  http["services"] = counts_of(services());
  http["middlewares"] = counts_of({});
  json::object none;
  for (const char* kind : {"routers", "services", "middlewares"}) none[kind] = counts_of({});
  json::object features;
  features["tracing"] = "";
  features["metrics"] = "Prometheus";
  features["accessLog"] = config_.access_log.is_on;
  json::array providers;
  const auto& files = config_.file_provider;
  if (!files.directory.empty() || !files.filename.empty()) providers.push_back("File");
  if (config_.takes_rest) providers.push_back("Rest");
  json::object object;
  object["http"] = std::move(http);
  object["tcp"] = none;
  object["udp"] = std::move(none);
  object["features"] = std::move(features);
  object["providers"] = std::move(providers);
  return object;
}

json::object TraefikApi::raw_data() const {
  json::object object;
  object["routers"] = by_name(routers());
  object["services"] = by_name(services());
  return object;
}

json::object TraefikApi::version() const {
  json::object object;
  object["Version"] = software_version_;
  object["Codename"] = "gapura";
  object["startDate"] = rfc3339(started_at_);
  return object;
}

}  // namespace gapura::admin
