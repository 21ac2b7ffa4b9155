#include <algorithm>

#include "autoscale/alerts/payload.h"
#include "base/check.h"
#include "tests/fuzz/targets.h"

namespace gapura::fuzz {

void payload(std::string_view bytes) {
  const autoscale::PayloadDefaults defaults{.services = {"calculate", "shop"},
                                            .direction = autoscale::Direction::up};
  const auto outcome = autoscale::read_payload(bytes, defaults);
  if (const auto* fault = std::get_if<autoscale::PayloadFault>(&outcome)) {
    check(!fault->message.empty(), "a fault without words");
  }
  const auto* read = std::get_if<autoscale::AlertPayload>(&outcome);
  if (read == nullptr) return;
  for (const autoscale::Alert& alert : read->alerts) {
    check(!alert.key.empty(), "an alert without a key");
    if (!alert.is_firing) continue;
    check(alert.step >= 1, "an alert that asks for nothing");
    const bool is_known =
        std::ranges::find(defaults.services, alert.service) != defaults.services.end();
    check(is_known, "an alert for a service that is not autoscaled");
  }
  autoscale::AlertTable table;
  const TimePoint now{};
  for (const autoscale::Alert& alert : read->alerts) table.take(alert, now);
  // A service's votes end with its alerts.
  for (autoscale::Alert alert : read->alerts) {
    alert.is_firing = false;
    table.take(alert, now);
  }
  for (const std::string& service : defaults.services) {
    check(table.votes(service, now).names.empty(), "an alert outlives its withdrawal");
  }
}

}  // namespace gapura::fuzz
