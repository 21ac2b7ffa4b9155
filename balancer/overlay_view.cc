#include "balancer/overlay_view.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace gapura::balancer {
namespace {

using Kind = OverlayEffect::Kind;

/// What is said of one service.
class Account {
 public:
  Account(std::string name, std::vector<OverlayEffect>& effects)
      : name_(std::move(name)), effects_(effects) {}

  void say(const char* entry, const std::string& id, Kind kind, std::string reason) {
    effects_.push_back({name_, id, kind, entry, std::move(reason)});
  }
  /// All entries are without effect, for the same reason.
  void say_of_all(const ServiceOverlay& changes, const std::string& reason) {
    for (const auto& [id, target] : changes.added) say("added", id, Kind::nothing, reason);
    for (const auto& id : changes.removed) say("removed", id, Kind::nothing, reason);
    for (const auto& id : changes.drained) say("drained", id, Kind::nothing, reason);
  }

 private:
  std::string name_;
  std::vector<OverlayEffect>& effects_;
};

const conf::Server* server_in_file(const conf::ServiceConfig& service, const std::string& id) {
  const auto found = std::ranges::find_if(
      service.servers, [&](const conf::Server& one) { return one.url.authority() == id; });
  return found == service.servers.end() ? nullptr : &*found;
}

std::string by(Origin origin) {
  return origin == Origin::autoscale ? "by autoscaling" : "by the API";
}

void say_added(Account& account, const conf::ServiceConfig& service, const std::string& id,
               const AddedTarget& target) {
  const conf::Server* listed = server_in_file(service, id);
  if (listed == nullptr) {
    account.say("added", id, Kind::adds, "added " + by(target.origin) + "; no file lists it");
  } else if (*listed == target.server) {
    account.say("added", id, Kind::nothing, "the files list it now, just so");
  } else if (listed->url == target.server.url) {
    account.say("added", id, Kind::changes,
                "its weight is " + std::to_string(target.server.weight) + ", not the files' " +
                    std::to_string(listed->weight));
  } else {
    account.say("added", id, Kind::changes,
                "its URL is " + target.server.url.to_string() + ", not the files' " +
                    listed->url.to_string());
  }
}

void say_removed(Account& account, const conf::ServiceConfig& service,
                 const ServiceOverlay& changes, const std::string& id) {
  if (server_in_file(service, id) == nullptr) {
    account.say("removed", id, Kind::nothing, "no file lists it");
  } else if (changes.added.contains(id)) {
    account.say("removed", id, Kind::nothing, "it was added again");
  } else {
    account.say("removed", id, Kind::removes,
                "removed by the API; it is back when the files' list of servers changes");
  }
}

void say_drained(Account& account, const std::vector<WantedTarget>& wanted, const std::string& id) {
  const bool is_listed = std::ranges::any_of(
      wanted, [&](const WantedTarget& one) { return one.id == id || one.listed.id == id; });
  if (is_listed) {
    account.say("drained", id, Kind::drains, "told to drain; it stays listed");
  } else {
    account.say("drained", id, Kind::nothing,
                "its name does not stand for this address now; it drains if it does again");
  }
}

std::string absence(const conf::DynamicConfig& files, const std::string& name) {
  const auto found = files.services.find(name);
  if (found == files.services.end()) {
    return "no file has this service; what is kept for it has effect again when one does";
  }
  if (found->second.is_composite()) {
    return "the service consists of other services now, and has no targets of its own";
  }
  return {};
}

std::set<std::string> difference(const std::set<std::string>& before,
                                 const std::set<std::string>& after) {
  std::set<std::string> gone;
  std::ranges::set_difference(before, after, std::inserter(gone, gone.end()));
  return gone;
}

}  // namespace

const char* to_string(OverlayEffect::Kind kind) noexcept {
  switch (kind) {
    case Kind::adds: return "adds";
    case Kind::changes: return "changes";
    case Kind::removes: return "removes";
    case Kind::drains: return "drains";
    case Kind::nothing: break;
  }
  return "nothing";
}

std::vector<OverlayEffect> effects_of(const Overlay& overlay, const conf::DynamicConfig& files,
                                      const Addresses& addresses) {
  std::vector<OverlayEffect> effects;
  for (const auto& [name, changes] : overlay.services) {
    Account account(name, effects);
    if (const std::string why = absence(files, name); !why.empty()) {
      account.say_of_all(changes, why);
      continue;
    }
    const conf::ServiceConfig& service = files.services.at(name);
    for (const auto& [id, target] : changes.added) say_added(account, service, id, target);
    for (const auto& id : changes.removed) say_removed(account, service, changes, id);
    const auto wanted = wanted_targets(service, changes, addresses);
    for (const auto& id : changes.drained) say_drained(account, wanted, id);
  }
  return effects;
}

std::vector<EndedEntry> ended_between(const Overlay& before, const Overlay& after, TimePoint now) {
  std::vector<EndedEntry> ended;
  const ServiceOverlay nothing;
  for (const auto& [name, changes] : before.services) {
    const auto found = after.services.find(name);
    const ServiceOverlay& left = found == after.services.end() ? nothing : found->second;
    for (const auto& id : difference(changes.removed, left.removed)) {
      ended.push_back({name, id, "removed", "the files' list of servers was edited", now});
    }
    for (const auto& id : difference(changes.drained, left.drained)) {
      ended.push_back({name, id, "drained", "neither the files nor the API list it any more", now});
    }
  }
  return ended;
}

}  // namespace gapura::balancer
