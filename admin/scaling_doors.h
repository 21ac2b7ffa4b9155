/// What hooks ask of the autoscaler: autoscale::Autoscaler's functions of the same names, or a
/// test's. Control thread only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "autoscale/autoscaler.h"

namespace gapura::admin {

struct ScalingDoors {
  using Outcome = std::variant<autoscale::Operation, autoscale::CommandFault>;

  std::function<std::vector<std::string>()> services;
  std::function<autoscale::AlertTable::Taken(const autoscale::Alert&)> take;
  std::function<Outcome(const std::string& service, autoscale::Direction)> step;
  std::function<Outcome(const std::string& id)> operation;
  std::function<std::optional<autoscale::ScalerView>(const std::string& service)> view;
  /// Changes by hand, each of those that are set; all or none.
  std::function<std::optional<autoscale::CommandFault>(const std::string& service,
                                                       const autoscale::HandChange&)>
      change;

  /// Those of a process in which nothing is autoscaled.
  static ScalingDoors closed();
};

}  // namespace gapura::admin
