/// `gapura provider check`: whether the providers of a configuration can be used. Creates nothing
/// and touches nothing. Blocks; before anything else runs.
#pragma once

#include <string>

#include "conf/dynamic_config.h"

namespace gapura::app {

struct ProviderReport {
  bool is_good = false;
  std::string text;  ///< lines for people
};

/// Asks the provider of each service with `autoscale` (only of `service`, unless empty) for its
/// instances, and says what a scale-up would do.
ProviderReport check_providers(const conf::DynamicConfig& config, const std::string& service);

}  // namespace gapura::app
