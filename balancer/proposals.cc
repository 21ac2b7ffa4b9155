#include "balancer/proposals.h"

#include <algorithm>
#include <set>

#include "balancer/desired.h"

namespace gapura::balancer {
namespace {

/// The overlay while it is being changed; lists that mean nothing are taken out at the end.
class Draft {
 public:
  explicit Draft(const Wanted& wanted)
      : service_(wanted.service),
        overlay_(wanted.overlay),
        changes_(overlay_.services[wanted.service.name]) {}

  ServiceOverlay& changes() { return changes_; }

  const conf::Server* in_file(const std::string& id) const {
    const auto found = std::ranges::find_if(
        service_.servers, [&](const conf::Server& s) { return s.url.authority() == id; });
    return found == service_.servers.end() ? nullptr : &*found;
  }

  void remove_file_server(const std::string& id) { changes_.removed.insert(id); }

  Overlay finish() && {
    changes_.file_servers.clear();
    if (!changes_.removed.empty()) changes_.file_servers = service_.servers;
    if (changes_.is_empty()) overlay_.services.erase(service_.name);
    return std::move(overlay_);
  }

 private:
  const conf::ServiceConfig& service_;
  Overlay overlay_;
  ServiceOverlay& changes_;
};

ServiceOverlay changes_of(const Wanted& wanted) {
  const auto found = wanted.overlay.services.find(wanted.service.name);
  return found == wanted.overlay.services.end() ? ServiceOverlay{} : found->second;
}

template <class Condition>
bool any_wanted(const Wanted& wanted, Condition condition) {
  return std::ranges::any_of(wanted_targets(wanted.service, changes_of(wanted), wanted.addresses),
                             condition);
}

/// A target with this id is wanted, or a server with it is listed.
bool is_known(const Wanted& wanted, const std::string& id) {
  return any_wanted(wanted, [&](const WantedTarget& target) {
    return target.id == id || target.listed.id == id;
  });
}

/// It is one of the targets that a listed name stands for.
bool is_address(const Wanted& wanted, const std::string& id) {
  return any_wanted(wanted, [&](const WantedTarget& target) {
    return target.id == id && target.listed.id != id;
  });
}

/// Who is named is wanted: with all its addresses.
void forget_drain(ServiceOverlay& changes, const std::string& id) {
  std::erase_if(changes.drained, [&](const std::string& drained) {
    return drained == id || listed_id(drained) == id;
  });
}

Refusal no_such_target(const Wanted& wanted, const std::string& id) {
  return {Refusal::Kind::no_such_target,
          "service '" + wanted.service.name + "' has no target '" + id + "'"};
}

}  // namespace

Proposal add_target(const Wanted& wanted, const NewTarget& newcomer) {
  const conf::Server& server = newcomer.server;
  const std::string id = newcomer.id.empty() ? server.url.authority() : newcomer.id;
  for (const ListedServer& target : listed_servers(wanted.service, changes_of(wanted))) {
    const bool is_same_url = target.server.url == server.url;
    if (target.id == id && !is_same_url) {
      return Refusal{Refusal::Kind::already_exists,
                     "target '" + id + "' exists already, with the URL " +
                         target.server.url.to_string() + "; remove it first or choose another id"};
    }
    if (target.id != id && is_same_url) {
      return Refusal{Refusal::Kind::already_exists,
                     server.url.to_string() + " is target '" + target.id + "' already"};
    }
  }
  Draft draft(wanted);
  draft.changes().removed.erase(id);
  forget_drain(draft.changes(), id);
  const conf::Server* in_file = draft.in_file(id);
  const auto added = draft.changes().added.find(id);
  if (in_file != nullptr && *in_file == server) {
    if (added != draft.changes().added.end()) draft.changes().added.erase(added);
  } else if (added != draft.changes().added.end()) {
    added->second.server = server;
  } else {
    draft.changes().added.emplace(id, AddedTarget{server, newcomer.origin});
  }
  return std::move(draft).finish();
}

Proposal add_targets(const Wanted& wanted, std::span<const NewTarget> targets) {
  Overlay overlay = wanted.overlay;
  for (const NewTarget& target : targets) {
    const Wanted so_far{wanted.service, overlay, wanted.addresses, wanted.is_leaving};
    Proposal next = add_target(so_far, target);
    if (std::holds_alternative<Refusal>(next)) return next;
    overlay = std::get<Overlay>(std::move(next));
  }
  return overlay;
}

Proposal remove_target(const Wanted& wanted, const std::string& id) {
  if (is_address(wanted, id)) {
    return Refusal{Refusal::Kind::bad_request, "'" + id + "' is an address of a name; remove '" +
                                                   listed_id(id) + "', or drain this one"};
  }
  Draft draft(wanted);
  const bool is_in_file = draft.in_file(id) != nullptr;
  const bool was_added = draft.changes().added.erase(id) > 0;
  if (!is_in_file && !was_added && !wanted.is_leaving) return no_such_target(wanted, id);
  if (is_in_file) draft.remove_file_server(id);
  forget_drain(draft.changes(), id);
  return std::move(draft).finish();
}

Proposal drain_target(const Wanted& wanted, const std::string& id) {
  if (!is_known(wanted, id)) {
    if (wanted.is_leaving) return wanted.overlay;
    return no_such_target(wanted, id);
  }
  Draft draft(wanted);
  draft.changes().drained.insert(id);
  return std::move(draft).finish();
}

Proposal undrain_target(const Wanted& wanted, const std::string& id) {
  if (!is_known(wanted, id)) {
    Refusal refusal = no_such_target(wanted, id);
    if (wanted.is_leaving) refusal.message = "target '" + id + "' is being removed; add it again";
    return refusal;
  }
  Draft draft(wanted);
  if (is_address(wanted, id) && draft.changes().drained.contains(listed_id(id))) {
    return Refusal{Refusal::Kind::bad_request, "'" + id + "' is drained with its name: let '" +
                                                   listed_id(id) + "' serve again"};
  }
  forget_drain(draft.changes(), id);
  return std::move(draft).finish();
}

Proposal replace_servers(const Wanted& wanted, const std::vector<conf::Server>& servers) {
  if (servers.empty()) {
    return Refusal{Refusal::Kind::bad_request,
                   "the list of servers is empty; to take all out of service, drain them"};
  }
  Draft draft(wanted);
  ServiceOverlay& changes = draft.changes();
  std::set<std::string> urls;
  for (const conf::Server& server : servers) urls.insert(server.url.to_string());

  std::erase_if(changes.added, [&](const auto& entry) {
    const AddedTarget& added = entry.second;
    const bool stays =
        added.origin == Origin::autoscale || urls.contains(added.server.url.to_string());
    if (added.origin != Origin::autoscale || !stays) forget_drain(changes, entry.first);
    return !stays;
  });
  std::set<std::string> known;
  for (const auto& [id, added] : changes.added) known.insert(added.server.url.to_string());
  for (const conf::Server& server : wanted.service.servers) {
    const std::string id = server.url.authority();
    const std::string url = server.url.to_string();
    if (urls.contains(url)) {
      changes.removed.erase(id);
      forget_drain(changes, id);
      known.insert(url);
    } else if (!changes.added.contains(id)) {
      draft.remove_file_server(id);
      forget_drain(changes, id);
    }
  }
  for (const conf::Server& server : servers) {
    if (!known.insert(server.url.to_string()).second) continue;
    const std::string id = server.url.authority();
    if (!changes.added.emplace(id, AddedTarget{server, Origin::admin}).second) {
      return Refusal{Refusal::Kind::already_exists,
                     "the id '" + id + "' stands for another URL already"};
    }
  }
  return std::move(draft).finish();
}

}  // namespace gapura::balancer
