/// The routers of the files -> one table for each entry point. Control thread only.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "balancer/registry.h"
#include "balancer/routing/rule.h"
#include "balancer/routing/table.h"
#include "conf/dynamic_config.h"
#include "conf/static_config.h"

namespace gapura::balancer {

class RouteSet {
 public:
  explicit RouteSet(const std::vector<conf::EntryPoint>& entry_points);

  /// Takes the files' routers. `services` gives the place of every service that can be routed to.
  /// Rules whose text did not change are not parsed again, and tables in which nothing did stay the
  /// same objects. Returns what is wrong with rules; their routers are left out.
  conf::Problems set(const conf::DynamicConfig& files,
                     const std::map<std::string, std::size_t>& services);

  /// By EntryPointSlot.
  const std::vector<routing::Table>& tables() const noexcept { return tables_; }
  /// Rises whenever tables() changed.
  std::size_t generation() const noexcept { return generation_; }
  std::vector<RouterView> views() const;

 private:
  struct Router {
    RouterView view;
    std::shared_ptr<const routing::Rule> rule;  ///< null: not parsed, or wrong
    std::size_t service = 0;
    std::vector<std::size_t> entry_points;  ///< their slots, rising
    bool is_routed() const noexcept { return view.fault.empty(); }
    bool routes_like(const Router& other) const noexcept;
  };

  Router make(const conf::RouterConfig& config, conf::Problems& problems) const;
  void find_entry_points(const conf::RouterConfig& config, Router& router) const;
  void rebuild_tables();

  std::vector<std::string> entry_points_;
  std::vector<std::size_t> default_entry_points_;
  std::map<std::string, Router> routers_;
  std::vector<routing::Table> tables_;
  std::size_t generation_ = 0;
};

}  // namespace gapura::balancer
