/// Traefik's read-only API, as its dashboard, exporters and scripts ask it: /api/overview,
/// /api/http/{routers,services,middlewares}[/{name}], /api/entrypoints[/{name}], /api/rawdata and
/// /api/version. Control thread only.
#pragma once

#include <string>
#include <vector>

#include "admin/json.h"
#include "admin/message.h"
#include "balancer/registry.h"
#include "conf/static_config.h"

namespace gapura::admin {

class TraefikApi {
 public:
  /// Both must outlive it.
  TraefikApi(const balancer::Registry& registry, const conf::StaticConfig& config,
             std::string software_version);

  /// GET and HEAD of what begins with /api/; else 404, 405. Needs no token.
  Response answer(const Request& request) const;

 private:
  using Items = std::vector<boost::json::object>;
  Items routers() const;
  Items services() const;
  Items entry_points() const;
  Items list_of(std::string_view kind) const;
  Response show(const std::vector<std::string>& path, const Request& request) const;
  boost::json::object overview() const;
  boost::json::object raw_data() const;
  boost::json::object version() const;

  const balancer::Registry& registry_;
  const conf::StaticConfig& config_;
  const std::string software_version_;
  const WallTime started_at_;
};

}  // namespace gapura::admin
