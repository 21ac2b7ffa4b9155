/// A registry with a manual clock, whose callbacks are recorded.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "balancer/registry.h"

namespace gapura::balancer {

inline conf::Server server(const std::string& authority, std::uint32_t weight = 1) {
  const auto colon = authority.rfind(':');
  conf::Server out;
  out.url.scheme = "http";
  out.url.host = authority.substr(0, colon);
  out.url.port = static_cast<std::uint16_t>(std::stoi(authority.substr(colon + 1)));
  out.weight = weight;
  return out;
}

/// One service "s" with the router Path(`/s`).
inline conf::DynamicConfig files_with(const std::vector<conf::Server>& servers) {
  conf::DynamicConfig files;
  conf::ServiceConfig service;
  service.name = "s";
  service.servers = servers;
  files.services.emplace("s", service);
  conf::RouterConfig router;
  router.name = "r";
  router.rule = "Path(`/s`)";
  router.service = "s";
  files.routers.emplace("r", router);
  return files;
}

class RegistryFixture : public ::testing::Test {
 protected:
  static constexpr const char* kA = "10.0.0.1:80";
  static constexpr const char* kB = "10.0.0.2:80";
  static constexpr const char* kC = "10.0.0.3:80";

  struct Cut {
    std::string id;
    Milliseconds stalled;
  };

  explicit RegistryFixture(unsigned workers = 1)
      : registry({entry_point("web")}, workers,
                 {[this](SnapshotPtr s) { snapshots.push_back(std::move(s)); },
                  [this](const Event& e) { events.push_back(e); },
                  [this](TargetRef t, Milliseconds ms) { cuts.push_back({t->id, ms}); }}) {}

  static conf::EntryPoint entry_point(const std::string& name, bool is_default = false) {
    conf::EntryPoint out;
    out.name = name;
    out.is_default = is_default;
    return out;
  }

  void set_files(const std::vector<conf::Server>& servers) {
    registry.set_files(files_with(servers), now);
  }
  /// Makes what was proposed true; a refusal fails the test.
  void apply(Proposal proposal) {
    if (const auto* refusal = std::get_if<Refusal>(&proposal)) {
      ADD_FAILURE() << refusal->message;
      return;
    }
    registry.set_overlay(std::get<Overlay>(std::move(proposal)), now);
  }
  /// All workers adopt what was published last.
  void adopt(unsigned workers = 1) {
    for (unsigned i = 0; i < workers; ++i) registry.worker_adopted(i, registry.version(), now);
  }
  void pass(Milliseconds time) { now += time; }

  std::optional<TargetView> view(const std::string& id) const {
    for (const ServiceView& service : registry.services(now)) {
      for (const TargetView& target : service.targets) {
        if (target.id == id) return target;
      }
    }
    return std::nullopt;
  }
  Phase phase(const std::string& id) const {
    const auto target = view(id);
    EXPECT_TRUE(target.has_value()) << id;
    return target ? target->phase : Phase::gone;
  }
  /// Ids that workers may pick.
  std::vector<std::string> picked() const {
    std::vector<std::string> out;
    if (snapshots.empty()) return out;
    for (const Service& service : snapshots.back()->services) {
      for (const Target& target : service.targets) out.push_back(target.state->id);
    }
    return out;
  }
  std::vector<std::string> draining() const {
    std::vector<std::string> out;
    for (const TargetRef& state : snapshots.back()->draining) out.push_back(state->id);
    return out;
  }
  TargetRef state_of(const std::string& id) const {
    for (const Service& service : snapshots.back()->services) {
      for (const Target& target : service.targets) {
        if (target.state->id == id) return target.state;
      }
    }
    for (const TargetRef& state : snapshots.back()->draining) {
      if (state->id == id) return state;
    }
    ADD_FAILURE() << id << " is not in the snapshot";
    return nullptr;
  }
  std::size_t count(Event::Kind kind) const {
    return static_cast<std::size_t>(std::ranges::count(events, kind, &Event::kind));
  }
  const Event& last(Event::Kind kind) const {
    const auto found = std::find_if(events.rbegin(), events.rend(),
                                    [&](const Event& event) { return event.kind == kind; });
    static const Event kNone{};
    EXPECT_NE(found, events.rend());
    return found == events.rend() ? kNone : *found;
  }
  static Refusal::Kind refusal_of(const Proposal& proposal) {
    const auto* refusal = std::get_if<Refusal>(&proposal);
    EXPECT_NE(refusal, nullptr);
    return refusal == nullptr ? Refusal::Kind{} : refusal->kind;
  }

  TimePoint now = TimePoint(std::chrono::hours(1));
  std::vector<SnapshotPtr> snapshots;
  std::vector<Event> events;
  std::vector<Cut> cuts;
  Registry registry;
};

}  // namespace gapura::balancer
