#include "balancer/proposals.h"

#include <algorithm>
#include <map>
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

/// The server is listed under the id as it says; like the file's own, it needs no entry.
void list(Draft& draft, const std::string& id, const AddedTarget& wanted) {
  auto& added = draft.changes().added;
  draft.changes().removed.erase(id);
  const conf::Server* in_file = draft.in_file(id);
  if (in_file != nullptr && *in_file == wanted.server && wanted.ttl.count() == 0) {
    added.erase(id);
  } else {
    added.insert_or_assign(id, wanted);
  }
}

const ListedServer* find(const std::vector<ListedServer>& listed, const std::string& id) {
  const auto found = std::ranges::find(listed, id, &ListedServer::id);
  return found == listed.end() ? nullptr : &*found;
}

Refusal url_is_taken(const conf::Server& server, const std::string& id) {
  return {Refusal::Kind::already_exists,
          server.url.to_string() + " is target '" + id + "' already"};
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
      return url_is_taken(server, target.id);
    }
  }
  Draft draft(wanted);
  forget_drain(draft.changes(), id);
  const auto added = draft.changes().added.find(id);
  const bool is_added = added != draft.changes().added.end();
  // What added it first keeps it.
  const Origin origin = is_added ? added->second.origin : newcomer.origin;
  list(draft, id, {server, origin, newcomer.ttl});
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

Proposal change_target(const Wanted& wanted, const std::string& id, const TargetChange& change) {
  Overlay overlay = wanted.overlay;
  if (change.weight) {
    if (is_address(wanted, id)) {
      return Refusal{
          Refusal::Kind::bad_request,
          "'" + id + "' is an address of a name; change the weight of '" + listed_id(id) + "'"};
    }
    const auto all = listed_servers(wanted.service, changes_of(wanted));
    const ListedServer* listed = find(all, id);
    if (listed == nullptr) return no_such_target(wanted, id);
    AddedTarget changed{listed->server, listed->origin, listed->ttl};
    if (changed.origin == Origin::file) changed.origin = Origin::admin;
    changed.server.weight = *change.weight;
    Draft draft(wanted);
    list(draft, id, changed);
    overlay = std::move(draft).finish();
  }
  const Wanted so_far{wanted.service, overlay, wanted.addresses, wanted.is_leaving};
  if (!change.is_drained)
    return is_known(so_far, id) ? Proposal(overlay) : no_such_target(wanted, id);
  return *change.is_drained ? drain_target(so_far, id) : undrain_target(so_far, id);
}

Proposal declare_targets(const Wanted& wanted, std::span<const NewTarget> targets,
                         Missing missing) {
  const auto listed = listed_servers(wanted.service, changes_of(wanted));
  std::set<std::string> declared;
  for (const NewTarget& target : targets) declared.insert(target.id);
  Draft draft(wanted);
  ServiceOverlay& changes = draft.changes();
  std::map<std::string, std::string> ids;  // of those that stay, by URL
  for (const ListedServer& one : listed) {
    if (declared.contains(one.id)) continue;
    if (missing == Missing::stay || is_of_its_own(one.origin, one.ttl)) {
      ids.emplace(one.server.url.to_string(), one.id);
      continue;
    }
    changes.added.erase(one.id);
    if (draft.in_file(one.id) != nullptr) draft.remove_file_server(one.id);
    forget_drain(changes, one.id);
  }
  for (const NewTarget& target : targets) {
    const auto [other, is_free] = ids.emplace(target.server.url.to_string(), target.id);
    if (!is_free) return url_is_taken(target.server, other->second);
    const ListedServer* before = find(listed, target.id);
    AddedTarget wished{target.server, target.origin, target.ttl};
    if (before != nullptr && before->origin == Origin::autoscale) {
      if (before->server.url != target.server.url) {
        return Refusal{Refusal::Kind::already_exists,
                       "target '" + target.id + "' was made by autoscaling, with the URL " +
                           before->server.url.to_string() + "; choose another id"};
      }
      wished.origin = before->origin;
    }
    if (before != nullptr && target.keeps_weight) wished.server.weight = before->server.weight;
    list(draft, target.id, wished);
  }
  return std::move(draft).finish();
}

Proposal set_in_flight_max(const Wanted& wanted, std::optional<std::uint32_t> in_flight_max) {
  Draft draft(wanted);
  draft.changes().in_flight_max = in_flight_max;
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
    if (is_of_its_own(added.origin, added.ttl)) return false;
    forget_drain(changes, entry.first);
    return !urls.contains(added.server.url.to_string());
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
    if (!changes.added.emplace(id, AddedTarget{.server = server}).second) {
      return Refusal{Refusal::Kind::already_exists,
                     "the id '" + id + "' stands for another URL already"};
    }
  }
  return std::move(draft).finish();
}

}  // namespace gapura::balancer
