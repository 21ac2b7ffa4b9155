/// Random changes and observations against workers that adopt late, hold leases and report late.
/// A failure prints the seed; GAPURA_SEED runs it again.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "balancer/registry.h"
#include "tests/unit/balancer/registry_fixture.h"

namespace gapura::balancer {
namespace {

constexpr unsigned kWorkers = 3;
constexpr std::array kServices = {"s", "t"};

struct SimWorker {
  SnapshotPtr current;
  std::deque<SnapshotPtr> published;
  std::vector<TargetRef> leases;
};

class Simulation {
 public:
  explicit Simulation(unsigned seed)
      : random_(seed),
        registry_(std::vector<conf::EntryPoint>(1), kWorkers,
                  {[this](const SnapshotPtr& s) { on_publish(s); },
                   [this](const Event& e) { on_event(e); },
                   [this](const TargetRef& t, Milliseconds stalled) { on_cut(t, stalled); }}) {}

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) {
      now_ += Milliseconds(below(400));
      step();
      if (i % 8 == 0) expect_slots_are_not_shared();
    }
    come_to_rest();
  }

  int gone() const { return gone_count_; }
  int cut() const { return cut_count_; }
  int cancelled() const { return cancelled_count_; }

 private:
  unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }
  std::string service() { return kServices[below(kServices.size())]; }

  conf::Server some_server() {
    const std::string n = std::to_string(below(8));
    return server(below(4) == 0 ? "web" + n + ".local:80" : "10.0.0." + n + ":80", 1 + below(3));
  }
  std::string some_id() {
    return below(4) == 0 ? "vm-" + std::to_string(below(3)) : some_server().url.authority();
  }

  conf::DynamicConfig some_files() {
    conf::DynamicConfig files;
    for (const char* name : kServices) {
      if (below(8) == 0) continue;
      conf::ServiceConfig& config = files.services[name];
      config.name = name;
      if (below(20) == 0) config.fault = "broken";
      if (below(3) == 0) config.health_check.emplace().rise = 1 + below(2);
      if (below(3) == 0) config.passive_check.emplace();
      if (below(3) == 0) config.slow_start = Milliseconds(3'000);
      if (below(2) == 0) {
        config.sticky.emplace();
        config.drain = conf::DrainKind::sticky;
      }
      std::set<std::string> seen;
      for (unsigned n = below(7); n > 0; --n) {
        const conf::Server one = some_server();
        if (seen.insert(one.url.authority()).second) config.servers.push_back(one);
      }
    }
    return files;
  }

  void step() {
    const std::size_t before = published_;
    switch (below(16)) {
      case 0: registry_.set_files(some_files(), now_); break;
      case 1:
      case 2: propose(); break;
      case 3: observe(); break;
      case 4:
        now_ += Milliseconds(below(20) == 0 ? 40'000 : 1'000);
        registry_.tick(now_);
        break;
      case 5: report_idle(); break;
      case 6:
      case 7:
      case 8: adopt(workers_[below(kWorkers)]); break;
      case 9:
      case 10:
      case 11:
      case 12: lease(workers_[below(kWorkers)]); break;
      default: drop(workers_[below(kWorkers)]); break;
    }
    ASSERT_LE(published_ - before, 1U);
  }

  void propose() {
    Proposal proposal = registry_.overlay();
    const std::string name = service();
    const std::vector<NewTarget> declared{{.id = some_id(), .server = some_server()}};
    const Missing missing = below(2) == 0 ? Missing::stay : Missing::leave;
    const TargetChange change{.weight = 1 + below(3), .is_drained = below(2) == 0};
    switch (below(8)) {
      case 0: proposal = registry_.propose_add(name, some_id(), some_server()); break;
      case 1: proposal = registry_.propose_remove(name, some_id()); break;
      case 2: proposal = registry_.propose_drain(name, some_id()); break;
      case 3: proposal = registry_.propose_undrain(name, some_id()); break;
      case 4: proposal = registry_.propose_declare(name, declared, missing); break;
      case 5: proposal = registry_.propose_change(name, some_id(), change); break;
      case 6: registry_.limit_drain(name, some_id(), Milliseconds(below(2'000)), now_); return;
      default: proposal = registry_.propose_servers(name, {some_server(), some_server()}); break;
    }
    if (auto* overlay = std::get_if<Overlay>(&proposal)) registry_.set_overlay(*overlay, now_);
  }

  void observe() {
    const std::vector<conf::ServerUrl> named = registry_.named_urls();
    if (!named.empty() && below(2) == 0) {
      const conf::ServerUrl& url = named[below(static_cast<unsigned>(named.size()))];
      std::vector<Endpoint> endpoints;
      for (const char* address : {"10.9.9.7", "10.9.9.8", "10.9.9.9"}) {
        if (below(2) == 0) endpoints.push_back(*Endpoint::parse(address, url.port));
      }
      registry_.resolved(url.authority(), endpoints, now_);
      return;
    }
    const std::vector<CheckedTarget> checked = registry_.checked_targets();
    if (!checked.empty() && below(2) == 0) {
      const TargetRef asked = checked[below(static_cast<unsigned>(checked.size()))].target;
      ProbeResult result;
      if (below(3) == 0) result.fault = "it answers 500";
      registry_.checked(asked, result, now_);
      return;
    }
    const std::vector<TargetRef> suspended = registry_.suspended_targets();
    if (!suspended.empty() && below(2) == 0) {
      registry_.connect_succeeded(suspended[0], now_);
      return;
    }
    const TargetRef target = pick(workers_[below(kWorkers)]);
    if (target == nullptr) return;
    if (below(3) == 0) return registry_.requests_fail(target, "it answers 500", now_);
    target->is_suspended = true;
    registry_.connect_failed(target, "refused", now_);
  }

  TargetRef pick(const SimWorker& worker) {
    if (worker.current == nullptr || worker.current->services.empty()) return nullptr;
    const auto& services = worker.current->services;
    const Service& chosen = services[below(static_cast<unsigned>(services.size()))];
    // Those that stay are found by their cookies.
    const std::size_t count = chosen.targets.size() + chosen.staying.size();
    return count == 0 ? nullptr : chosen.at(below(static_cast<unsigned>(count))).state;
  }

  void lease(SimWorker& worker) {
    const TargetRef target = pick(worker);
    if (target == nullptr) return;
    ASSERT_FALSE(gone_.contains(target)) << target->id << " is picked after it was gone";
    target->in_flight += 1;
    worker.leases.push_back(target);
  }

  void drop(SimWorker& worker) {
    if (worker.leases.empty()) return;
    const unsigned place = below(static_cast<unsigned>(worker.leases.size()));
    end_lease(worker, place, false);
  }

  void end_lease(SimWorker& worker, std::size_t place, bool by_force) {
    const TargetRef target = worker.leases[place];
    worker.leases.erase(worker.leases.begin() + static_cast<std::ptrdiff_t>(place));
    const bool is_last = target->in_flight.fetch_sub(1) == 1;
    if (!target->is_draining) return;
    (by_force ? target->cut : target->finished_while_draining) += 1;
    if (is_last) idle_.push_back(target);
  }

  void report_idle() {
    if (idle_.empty()) return;
    registry_.went_idle(idle_.front(), now_);
    idle_.pop_front();
  }

  /// Takes one of the snapshots that were posted and acknowledges it.
  void adopt(SimWorker& worker) {
    if (worker.published.empty()) return;
    worker.current = worker.published.front();
    worker.published.pop_front();
    for (const Service& one : worker.current->services) {
      for (std::size_t i = 0; i < one.targets.size() + one.staying.size(); ++i) {
        const TargetRef& state = one.at(i).state;
        ASSERT_FALSE(gone_.contains(state)) << state->id << " is adopted after gone";
      }
    }
    const auto number = static_cast<unsigned>(&worker - workers_.data());
    registry_.worker_adopted(number, worker.current->version, now_);
  }

  void on_publish(const SnapshotPtr& snapshot) {
    ++published_;
    ASSERT_EQ(index(snapshot->version), published_);
    for (SimWorker& worker : workers_) worker.published.push_back(snapshot);
    last_ = snapshot;
    drained_.insert(snapshot->draining.begin(), snapshot->draining.end());
    for (const Service& one : snapshot->services) {
      // Who drains is used only where there is nobody else.
      const auto is_well = [](const Target& target) {
        return !target.state->is_draining && !target.state->is_suspended;
      };
      const bool has_well = std::ranges::any_of(one.targets, is_well);
      for (const Target& target : one.targets) {
        ASSERT_FALSE(has_well && target.state->is_draining) << target.state->id;
        ASSERT_TRUE(target.endpoint.is_set());
        ASSERT_LT(index(target.state->slot), snapshot->target_slots);
      }
      for (const Target& target : one.staying) {
        ASSERT_TRUE(target.state->is_draining) << target.state->id;
        ASSERT_FALSE(std::ranges::count(snapshot->draining, target.state)) << target.state->id;
      }
    }
  }

  void on_event(const Event& event) {
    if (event.kind == Event::Kind::drained) {
      last_drain_ = *event.drain;
      cancelled_count_ += event.drain->was_cancelled ? 1 : 0;
      cut_count_ += event.drain->cut > 0 ? 1 : 0;
    }
    if (event.kind != Event::Kind::gone) return;
    ++gone_count_;
    ASSERT_EQ(last_drain_.id, event.target.id);
    TargetRef target;
    for (const TargetRef& one : drained_) {
      const bool is_meant = one->service == event.target.service && one->id == event.target.id &&
                            one->url == event.target.url && one->is_draining &&
                            !gone_.contains(one);
      if (is_meant) target = one;
    }
    ASSERT_NE(target, nullptr) << event.target.id;
    gone_.insert(target);
    if (last_drain_.cut == 0) {
      ASSERT_EQ(target->in_flight, 0U) << target->id;
    }
    for (const SimWorker& worker : workers_) {
      ASSERT_FALSE(holds(worker, target)) << target->id << " can still be picked";
    }
  }

  static bool holds(const SimWorker& worker, const TargetRef& target) {
    if (worker.current == nullptr) return false;
    for (const Service& one : worker.current->services) {
      for (std::size_t i = 0; i < one.targets.size() + one.staying.size(); ++i) {
        if (one.at(i).state == target) return true;
      }
    }
    return false;
  }

  /// Mostly works; sometimes an exchange does not let go.
  void on_cut(const TargetRef& target, Milliseconds stalled) {
    ASSERT_TRUE(target->is_draining);
    if (stalled.count() != 0 && below(3) != 0) return;
    for (SimWorker& worker : workers_) {
      for (std::size_t i = worker.leases.size(); i > 0; --i) {
        if (worker.leases[i - 1] == target && below(4) != 0) end_lease(worker, i - 1, true);
      }
    }
  }

  void expect_slots_are_not_shared() {
    std::map<TargetSlot, TargetRef> owners;
    const auto note = [&](const TargetRef& target) {
      const auto [place, is_new] = owners.emplace(target->slot, target);
      ASSERT_EQ(place->second, target) << place->second->id << " and " << target->id;
    };
    const auto note_all = [&](const SnapshotPtr& snapshot) {
      if (snapshot == nullptr) return;
      for (const Service& one : snapshot->services) {
        for (const Target& target : one.targets) note(target.state);
      }
      for (const TargetRef& target : snapshot->draining) note(target);
    };
    for (const SimWorker& worker : workers_) {
      note_all(worker.current);
      for (const SnapshotPtr& snapshot : worker.published) note_all(snapshot);
      for (const TargetRef& target : worker.leases) note(target);
    }
  }

  /// Nothing changes any more: every target is where it should be, and nothing is left over.
  void come_to_rest() {
    for (int round = 0; round < 4; ++round) {
      for (SimWorker& worker : workers_) {
        while (!worker.leases.empty()) drop(worker);
        while (!worker.published.empty()) adopt(worker);
      }
      while (!idle_.empty()) report_idle();
      now_ += Milliseconds(31'000);  // no longer than this a last resort is kept
      registry_.tick(now_);
    }
    EXPECT_TRUE(last_->draining.empty());
    const Overlay overlay = registry_.overlay();
    for (const ServiceView& one : registry_.services(now_)) {
      const auto changes = overlay.services.find(one.name);
      std::set<std::string> ids;
      for (const TargetView& target : one.targets) {
        EXPECT_TRUE(ids.insert(target.id).second) << target.id << " is listed twice";
        // A name is drained as a whole, or one of its addresses.
        const bool is_drained = changes != overlay.services.end() &&
                                (changes->second.drained.contains(target.id) ||
                                 changes->second.drained.contains(target.listed_id));
        EXPECT_EQ(target.phase == Phase::gone, is_drained) << target.id;
        EXPECT_NE(target.phase, Phase::draining) << target.id;
        EXPECT_EQ(target.in_flight, 0U) << target.id;
      }
    }
  }

  std::mt19937 random_;
  TimePoint now_ = TimePoint(std::chrono::hours(1));
  std::array<SimWorker, kWorkers> workers_;
  std::deque<TargetRef> idle_;
  std::set<TargetRef> drained_;  ///< in a snapshot's list of draining ones, ever
  std::set<TargetRef> gone_;
  SnapshotPtr last_;
  std::size_t published_ = 0;
  DrainResult last_drain_;
  int gone_count_ = 0, cut_count_ = 0, cancelled_count_ = 0;
  Registry registry_;
};

TEST(RegistrySimulation, KeepsItsPromisesThroughThousandsOfRandomSteps) {
  const char* given = std::getenv("GAPURA_SEED");
  const unsigned first = given != nullptr ? static_cast<unsigned>(std::atoi(given))
                                          : std::random_device{}() % 1'000'000;
  int gone = 0, cut = 0, cancelled = 0;
  for (unsigned seed = first; seed < first + (given != nullptr ? 1 : 6); ++seed) {
    SCOPED_TRACE("GAPURA_SEED=" + std::to_string(seed));
    Simulation simulation(seed);
    simulation.run(2'000);
    gone += simulation.gone();
    cut += simulation.cut();
    cancelled += simulation.cancelled();
    if (::testing::Test::HasFailure()) return;
  }
  if (given != nullptr) return;
  // It would prove nothing if nothing happened.
  EXPECT_GT(gone, 200);
  EXPECT_GT(cut, 0);
  EXPECT_GT(cancelled, 20);
}

}  // namespace
}  // namespace gapura::balancer
