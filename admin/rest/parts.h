/// What the operations of the API work on. Control thread only.
#pragma once

#include "admin/api.h"
#include "admin/audit.h"
#include "admin/changes.h"
#include "admin/drain_waits.h"
#include "admin/events.h"
#include "admin/hooks.h"
#include "admin/registrations.h"
#include "admin/update_servers.h"
#include "balancer/registry.h"

namespace gapura::admin {

/// Outlives the operations' coroutines, which share it with the Api.
struct ApiParts {
  ApiParts(balancer::Registry& registry_, Api::Settings settings_, Api::Doors doors_)
      : registry(registry_),
        settings(std::move(settings_)),
        doors(std::move(doors_)),
        changes(registry, doors.persist),
        waits(registry),
        events(registry, doors.loads),
        update_servers(registry, changes, settings.update_servers_service, doors.write_servers),
        hooks(registry, update_servers, doors.scaling),
        audit(doors.audit) {}

  balancer::Registry& registry;
  const Api::Settings settings;
  const Api::Doors doors;
  Changes changes;
  DrainWaits waits;
  Events events;
  Registrations registrations;
  UpdateServers update_servers;
  Hooks hooks;
  Audit audit;
  bool is_expiring = false;  ///< targets that did not renew are being taken out
};

}  // namespace gapura::admin
