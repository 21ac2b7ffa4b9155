/// What the state file says otherwise than the configuration's files. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "balancer/overlay.h"
#include "conf/dynamic_config.h"

namespace gapura::app::cli {

struct Disagreement {
  std::string service, target;
  std::string state;  ///< what the state has: "added by the admin API"
  std::string files;  ///< what the files say of it: "listed with weight 2"
  friend bool operator==(const Disagreement&, const Disagreement&) = default;
};

/// By service and target. What both say alike is left out.
std::vector<Disagreement> disagreements(const balancer::Overlay& state,
                                        const conf::DynamicConfig& files);

}  // namespace gapura::app::cli
