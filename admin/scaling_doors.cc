#include "admin/scaling_doors.h"

namespace gapura::admin {

using autoscale::CommandFault;

ScalingDoors ScalingDoors::closed() {
  const CommandFault nothing{CommandFault::Kind::not_autoscaled, "no service is autoscaled"};
  return {
      .services = [] { return std::vector<std::string>(); },
      .take = [](const autoscale::Alert&) { return autoscale::AlertTable::Taken::unchanged; },
      .step = [nothing](const std::string&, autoscale::Direction) -> Outcome { return nothing; },
      .operation = [](const std::string& id) -> Outcome {
        return CommandFault{CommandFault::Kind::no_such_operation, "there is no operation " + id};
      },
      .view = [](const std::string&) { return std::optional<autoscale::ScalerView>(); },
      .change = [nothing](const std::string&, const autoscale::HandChange&)
          -> std::optional<CommandFault> { return nothing; }};
}

}  // namespace gapura::admin
