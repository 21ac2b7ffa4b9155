/// Scaling, put together: each tick the load of every service with `autoscale` is sampled, a size
/// is decided on, and its fleet is brought there. Control thread only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "autoscale/alerts/alert_table.h"
#include "autoscale/scaling.h"
#include "balancer/registry.h"
#include "metrics/service_load.h"

namespace gapura::autoscale {

class Autoscaler {
 public:
  struct Settings {
    /// Makes a change of targets durable and live, then says what was wrong; empty: nothing.
    std::function<void(std::function<balancer::Proposal()>, std::function<void(std::string)>)>
        change;
    /// What the workers have counted of a service, and by which bounds of durations.
    std::function<metrics::ServiceLoad(ServiceSlot)> load;
    std::vector<double> bounds_s;
    std::function<void(const ScalingEvent&)> event;
    /// Adds a line to a file, sooner or later, in the order of calls.
    std::function<void(const std::filesystem::path& file, std::string line)> record;
    std::filesystem::path folder;  ///< for what must outlive us; empty: nowhere
  };
  Autoscaler(boost::asio::io_context& loop, balancer::Registry& registry, Settings settings);
  ~Autoscaler();

  void start();
  void stop();
  /// The configuration may have changed.
  void look();

  // --- commands ---
  AlertTable::Taken take(const Alert& alert);
  /// One target more or fewer, once, within min and max.
  std::variant<Operation, CommandFault> step(const std::string& service, Direction direction);
  std::variant<Operation, CommandFault> operation(const std::string& id) const;
  std::optional<CommandFault> change(const std::string& service, const HandChange& change);

  // --- views ---
  std::vector<std::string> services() const;
  std::optional<ScalerView> view(const std::string& service) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gapura::autoscale
