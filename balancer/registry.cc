#include "balancer/registry.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "balancer/lifecycle.h"
#include "balancer/proposals.h"
#include "balancer/registry_state.h"
#include "conf/nearest.h"

namespace gapura::balancer {
namespace {

Refusal no_such_service(const conf::DynamicConfig& files, const std::string& service) {
  std::vector<std::string_view> names;
  for (const auto& [name, config] : files.services) names.push_back(name);
  return {Refusal::Kind::no_such_service,
          "there is no service " + conf::in_quotes(service) + conf::did_you_mean(service, names)};
}

}  // namespace

Registry::Registry(std::vector<conf::EntryPoint> entry_points, unsigned workers,
                   Callbacks callbacks)
    : state_(std::make_unique<State>(entry_points, workers, std::move(callbacks))) {}

Registry::~Registry() = default;

// --- wanted ---

conf::Problems Registry::set_files(conf::DynamicConfig files, TimePoint now) {
  State& s = *state_;
  if (s.has_files && s.files == files) return s.rule_problems;
  s.files = std::move(files);
  s.has_files = true;
  s.settle_overlay(now);
  s.take_services();
  s.rule_problems = s.routes.set(s.files, enabled_services(s.files));
  for (auto& [name, service] : s.services) s.reconcile(service, now);
  s.is_changed = true;
  const conf::Problems problems = s.rule_problems;
  s.commit(State::Publish::changes, now);
  return problems;
}

void Registry::set_overlay(Overlay overlay, TimePoint now) {
  State& s = *state_;
  const Overlay before = std::exchange(s.overlay, std::move(overlay));
  if (s.has_files) s.settle_overlay(now);
  for (auto& [name, service] : s.services) {
    const auto old_changes = before.services.find(name);
    const auto new_changes = s.overlay.services.find(name);
    const bool was_there = old_changes != before.services.end();
    const bool is_there = new_changes != s.overlay.services.end();
    const bool is_same =
        was_there == is_there && (!is_there || old_changes->second == new_changes->second);
    if (!is_same) s.reconcile(service, now);
  }
  s.commit(State::Publish::changes, now);
}

const Overlay& Registry::overlay() const noexcept {
  return state_->overlay;
}

OverlayView Registry::overlay_view() const {
  const State& s = *state_;
  return {effects_of(s.overlay, s.files, s.addresses), s.ended};
}

void Registry::State::settle_overlay(TimePoint now) {
  const Overlay before = overlay;
  if (!settle(overlay, files)) return;
  auto fresh = ended_between(before, overlay, now);
  ended.insert(ended.end(), fresh.begin(), fresh.end());
  if (ended.size() > OverlayView::kEndedMax) {
    ended.erase(ended.begin(), ended.end() - OverlayView::kEndedMax);
  }
}

template <class Decide>
static Proposal propose(const conf::DynamicConfig& files, const Overlay& overlay,
                        const Addresses& addresses,
                        const std::map<std::string, ServiceEntry>& services,
                        const std::string& service, const std::string& id, Decide decide) {
  const auto config = files.services.find(service);
  if (config == files.services.end()) return no_such_service(files, service);
  if (config->second.is_composite()) {
    return Refusal{Refusal::Kind::bad_request,
                   "the service " + conf::in_quotes(service) + " is " +
                       conf::kind_of(config->second.composite) +
                       ": it has no targets of its own; change those of the services it names"};
  }
  const auto& members = services.at(service).members;
  const bool is_leaving = std::ranges::any_of(members, [&](const auto& member) {
    return !member->is_listed && (member->state->id == id || member->listed_id == id);
  });
  return decide(Wanted{config->second, overlay, addresses, is_leaving});
}

Proposal Registry::propose_add(const std::string& service, const std::string& id,
                               const conf::Server& server) const {
  return propose(
      state_->files, state_->overlay, state_->addresses, state_->services, service, id,
      [&](const Wanted& wanted) { return add_target(wanted, {.id = id, .server = server}); });
}

Proposal Registry::propose_add(const std::string& service,
                               std::span<const NewTarget> targets) const {
  return propose(state_->files, state_->overlay, state_->addresses, state_->services, service, {},
                 [&](const Wanted& wanted) { return add_targets(wanted, targets); });
}

Proposal Registry::propose_remove(const std::string& service, const std::string& id) const {
  return propose(state_->files, state_->overlay, state_->addresses, state_->services, service, id,
                 [&](const Wanted& wanted) { return remove_target(wanted, id); });
}

Proposal Registry::propose_drain(const std::string& service, const std::string& id) const {
  return propose(state_->files, state_->overlay, state_->addresses, state_->services, service, id,
                 [&](const Wanted& wanted) { return drain_target(wanted, id); });
}

Proposal Registry::propose_undrain(const std::string& service, const std::string& id) const {
  return propose(state_->files, state_->overlay, state_->addresses, state_->services, service, id,
                 [&](const Wanted& wanted) { return undrain_target(wanted, id); });
}

Proposal Registry::propose_change(const std::string& service, const std::string& id,
                                  const TargetChange& change) const {
  return propose(state_->files, state_->overlay, state_->addresses, state_->services, service, id,
                 [&](const Wanted& wanted) { return change_target(wanted, id, change); });
}

Proposal Registry::propose_declare(const std::string& service, std::span<const NewTarget> targets,
                                   Missing missing) const {
  return propose(state_->files, state_->overlay, state_->addresses, state_->services, service, {},
                 [&](const Wanted& wanted) { return declare_targets(wanted, targets, missing); });
}

Proposal Registry::propose_in_flight_max(const std::string& service,
                                         std::optional<std::uint32_t> wanted) const {
  return propose(state_->files, state_->overlay, state_->addresses, state_->services, service, {},
                 [&](const Wanted& now) { return set_in_flight_max(now, wanted); });
}

Proposal Registry::propose_servers(const std::string& service,
                                   const std::vector<conf::Server>& servers) const {
  return propose(state_->files, state_->overlay, state_->addresses, state_->services, service, {},
                 [&](const Wanted& wanted) { return replace_servers(wanted, servers); });
}

void Registry::limit_drain(const std::string& service, const std::string& id, Milliseconds limit,
                           TimePoint now) {
  State& s = *state_;
  for (Member* member : s.draining) {
    const TargetState& state = *member->state;
    const bool is_meant = state.service == service && (state.id == id || member->listed_id == id);
    if (is_meant && member->drain) member->drain->end_within(limit);
  }
  s.is_changed = true;  // it may not be anybody's last resort any more
  s.commit(State::Publish::changes, now);
}

// --- observed ---

void Registry::worker_adopted(unsigned worker, Version version, TimePoint now) {
  State& s = *state_;
  if (worker >= s.adopted.size() || s.adopted[worker] >= version) return;
  s.adopted[worker] = version;
  s.slots.adopted_by_all(s.adopted_by_all());
  s.finish_drains(now);
  s.commit(State::Publish::changes, now);
}

void Registry::went_idle(const TargetRef& target, TimePoint now) {
  State& s = *state_;
  Member* member = s.find(target);
  if (member == nullptr || !member->drain) return;
  if (!member->drain->is_done(*member->state, s.adopted_by_all())) return;
  s.end_drain(*member, 0, now);
  s.commit(State::Publish::changes, now);
}

void Registry::resolved(const std::string& authority, std::vector<Endpoint> endpoints,
                        TimePoint now) {
  State& s = *state_;
  if (endpoints.empty()) {
    s.addresses.erase(authority);
    return;
  }
  std::vector<Endpoint>& known = s.addresses[authority];
  if (known == endpoints) return;
  known = std::move(endpoints);
  for (auto& [name, service] : s.services) {
    if (service.names.contains(authority)) s.reconcile(service, now);
  }
  s.commit(State::Publish::changes, now);
}

void Registry::set_retry_after(const std::string& service, std::uint32_t seconds, TimePoint now) {
  State& s = *state_;
  const auto found = s.services.find(service);
  if (found == s.services.end() || found->second.retry_after_s == seconds) return;
  found->second.retry_after_s = seconds;
  s.is_changed = true;
  s.commit(State::Publish::changes, now);
}

void Registry::tick(TimePoint now) {
  State& s = *state_;
  s.slots.adopted_by_all(s.adopted_by_all());
  s.enforce_deadlines(now);
  s.watch_health(now);
  s.watch_rates(now);
  if (s.has_stays) s.is_changed = true;
  s.commit(State::Publish::leftovers, now);
}

// --- views ---

std::vector<ServiceView> Registry::services(TimePoint now) const {
  std::vector<ServiceView> out;
  out.reserve(state_->services.size());
  for (const auto& [name, service] : state_->services) out.push_back(view_of(service, now));
  return out;
}

std::optional<ServiceView> Registry::service(const std::string& name, TimePoint now) const {
  const auto found = state_->services.find(name);
  if (found == state_->services.end()) return std::nullopt;
  return view_of(found->second, now);
}

void Registry::each_service(const std::function<void(const ServiceGlance&)>& look) const {
  for (const auto& [name, service] : state_->services) look(ServiceGlance(service));
}

std::vector<ScaledService> Registry::scaled_services() const {
  std::vector<ScaledService> out;
  for (const auto& [name, service] : state_->services) {
    if (!service.is_enabled() || !service.config.autoscale) continue;
    out.push_back({.name = name, .slot = service.slot, .policy = &*service.config.autoscale});
  }
  return out;
}

std::vector<RouterView> Registry::routers() const {
  return state_->routes.views();
}

SnapshotPtr Registry::snapshot() const noexcept {
  return state_->current;
}

Version Registry::version() const noexcept {
  return state_->version;
}

Version Registry::adopted_by_all() const noexcept {
  return state_->adopted_by_all();
}

const std::vector<Version>& Registry::adopted() const noexcept {
  return state_->adopted;
}

std::vector<conf::ServerUrl> Registry::named_urls() const {
  std::map<std::string, conf::ServerUrl> all;
  for (const auto& [name, service] : state_->services) {
    all.insert(service.names.begin(), service.names.end());
  }
  std::vector<conf::ServerUrl> urls;
  urls.reserve(all.size());
  for (auto& [authority, url] : all) urls.push_back(std::move(url));
  return urls;
}

}  // namespace gapura::balancer
