/// The registry's inside. Control thread only. A command changes members and collects events; then
/// commit() publishes at most one snapshot and tells what happened.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "balancer/desired.h"
#include "balancer/members.h"
#include "balancer/registry.h"
#include "balancer/route_set.h"
#include "balancer/slot_ledger.h"
#include "balancer/snapshot_builder.h"

namespace gapura::balancer {

struct Registry::State {
  State(const std::vector<conf::EntryPoint>& entry_points, unsigned workers, Callbacks callbacks_)
      : callbacks(std::move(callbacks_)), routes(entry_points), adopted(workers) {}

  // --- wanted (reconcile.cc) ---
  /// Takes the services of `files` over, new ones with a slot.
  void take_services();
  /// Makes the service's members what files and overlay want.
  void reconcile(ServiceEntry& service, TimePoint now);
  /// What the API sets of the service itself.
  void settle_limits(ServiceEntry& service);
  std::vector<WantedTarget> wanted_of(const ServiceEntry& service) const;
  void join(ServiceEntry& service, const WantedTarget& wanted, TimePoint now);
  /// A new life for a member: a slot, a TargetState, the first phase.
  struct Life {
    const std::string id;
    const Endpoint endpoint;
    const std::string address;  ///< TargetState::address
  };
  void begin_life(Member& member, const Life& life, TimePoint now);
  bool must_pass_a_check(const Member& member) const;
  void settle_intent(Member& member, bool is_drained, TimePoint now);
  void settle_check(Member& member, TimePoint now);
  void start_drain(Member& member, std::string reason, TimePoint now);
  void cancel_drain(Member& member, TimePoint now);
  /// Why a target that is not wanted any more has to go.
  std::string leave_reason(const Member& member,
                           const std::unordered_set<std::string>& wanted_ids) const;

  // --- observed (drains.cc) ---
  /// The member with this very TargetState; null when it is gone or was replaced.
  Member* find(const TargetRef& target) const noexcept;
  void change_phase(Member& member, Phase phase, std::string reason, TimePoint now);
  // --- health (observe_health.cc) ---
  void doubt(Member& member, Member::Doubt why, std::string reason, TimePoint now);
  /// The phase in which whoever was joining or suspended is used from now on, its share begun;
  /// nothing, and no change, in any other phase.
  std::optional<Phase> begin_use(Member& member);
  /// Whoever was joining or suspended is used again, slowly where slowStart says so.
  void make_available(Member& member, std::string reason, TimePoint now);
  void warm_up(Member& member, TimePoint now);
  void watch_health(TimePoint now);
  void watch_rates(TimePoint now);
  // --- panic.cc ---
  /// Says which services are in panic, and so who of their suspended targets is used.
  void settle_panics();
  void settle_panic(ServiceEntry& service);

  // --- drains (drains.cc, stay.cc) ---
  /// Says who of the draining is still used. True: somebody is.
  bool settle_stays(TimePoint now);
  static Member::Stay stay_of(const Member& member, TimePoint now);
  void finish_drains(TimePoint now);
  void enforce_deadlines(TimePoint now);
  void end_drain(Member& member, std::uint32_t left, TimePoint now);
  Version adopted_by_all() const noexcept;

  /// Takes out of the overlay what the files have ended, and remembers it.
  void settle_overlay(TimePoint now);

  // --- what follows (commit.cc) ---
  enum class Publish {
    changes,    ///< what workers should know now
    leftovers,  ///< also that they may forget targets which are gone: that has time until a tick
  };
  void commit(Publish publish, TimePoint now);
  void sweep();
  void publish(TimePoint now);
  void deliver();

  Callbacks callbacks;

  conf::DynamicConfig files;
  bool has_files = false;  ///< nothing is published before the files are known
  conf::Problems rule_problems;
  Overlay overlay;
  std::vector<EndedEntry> ended;  ///< of the overlay, by files: for the view only
  Addresses addresses;            ///< of the names that are looked up
  RouteSet routes;

  std::map<std::string, ServiceEntry> services;
  std::map<std::string, ServiceSlot> service_slots;  ///< of every name ever seen
  std::vector<std::shared_ptr<QueueState>> queues;   ///< by ServiceSlot, of every one
  std::vector<Member*> by_slot;                      ///< null: free, or its target is gone
  std::vector<Member*> draining;                     ///< may hold ended ones until sweep()
  std::set<std::string> touched;                     ///< services that sweep() has to look at
  SlotLedger slots;

  std::vector<Version> adopted;  ///< by worker
  Version version{};
  SnapshotPtr current;                   ///< published last
  std::size_t published_generation = 0;  ///< of routes
  bool is_changed = false;               ///< a snapshot has to be built
  bool has_stays = false;                ///< somebody drains and is used
  bool has_leftovers = false;            ///< ... but there is no hurry

  struct Cut {
    TargetRef target;
    Milliseconds stalled;
  };
  std::vector<Event> events;
  std::vector<Cut> cuts;
};

}  // namespace gapura::balancer
