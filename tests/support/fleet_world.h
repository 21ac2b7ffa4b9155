/// A provider and a registry as a fleet sees them, without sockets: steps are carried out at once.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "autoscale/fleet/fleet.h"

namespace gapura::autoscale {

struct FakeProvider {
  std::map<std::string, Instance> instances;  ///< by name
  std::vector<std::string> names;             ///< of all ever made, in order
  std::set<std::string> hidden;               ///< left out of lists
  bool fails_lists = false, fails_removals = false;
  std::uint32_t creates = 0;

  std::size_t stopped() const;
};

class World {
 public:
  World();

  std::vector<Step> plan(std::uint32_t wanted);
  static std::vector<Step::Kind> kinds(const std::vector<Step>& steps);
  /// Plans, and carries out all steps.
  std::vector<Step> round(std::uint32_t wanted);
  void carry_out(const Step& step);
  void pass(Milliseconds time) { now += time; }

  /// `count` instances that serve.
  void serve(std::uint32_t count);
  void boot_all();
  void all_targets(balancer::Phase phase);
  void end_drains();
  void add_foreign_target(const std::string& address);
  /// The process is killed and started again: targets and marks are in the state file.
  void crash();

  balancer::TargetView& target_of(const std::string& name);
  std::size_t count(balancer::Phase phase) const;

  conf::Autoscale policy;
  FakeProvider provider;
  std::map<std::string, balancer::TargetView> targets;  ///< by id
  TimePoint now{};
  std::uint32_t next_name = 0;
  std::unique_ptr<Fleet> fleet;

 private:
  std::unique_ptr<Fleet> made_fleet();
};

}  // namespace gapura::autoscale
