/// Webhook bodies of Grafana ("version": "1") and Alertmanager ("4"), read as alerts. Both send the
/// same shape; only `alerts` is required of it. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "autoscale/alerts/alert_table.h"

namespace gapura::autoscale {

/// What an alert need not say, because it is known already.
struct PayloadDefaults {
  std::vector<std::string> services;   ///< the autoscaled ones, without "@file"
  std::optional<Direction> direction;  ///< unset: each alert must carry `scale: up|down`
};

struct AlertPayload {
  /// Those that count. One that fires names an autoscaled service; of one that is resolved only
  /// the key means something.
  std::vector<Alert> alerts;
  std::uint64_t tests = 0;          ///< test notifications; they never scale
  std::vector<std::string> faults;  ///< why others were not taken, one sentence each
  std::vector<std::string> notes;   ///< what else the sender should know, one sentence each
};

/// A body that is no alert: empty, not JSON, or JSON without a word of alerts.
struct NoAlerts {
  bool is_json = false;
};

/// A body that speaks of alerts but cannot be used, in one sentence.
struct PayloadFault {
  std::string message;
};

/// Labels, and failing them annotations, of an alert may say `scale` (up, down), `scale_service` or
/// `scale_pool` (may be left out when one service is autoscaled) and `scale_step` (1 to 100).
std::variant<AlertPayload, NoAlerts, PayloadFault> read_payload(std::string_view body,
                                                                const PayloadDefaults& defaults);

}  // namespace gapura::autoscale
