/// Files and overlay -> the targets a service should have. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "balancer/overlay.h"
#include "balancer/target.h"
#include "conf/dynamic_config.h"

namespace gapura::balancer {

struct WantedTarget {
  std::string id;
  conf::Server server;
  Origin origin = Origin::file;
  bool is_drained = false;  ///< listed, but told to drain
};

/// None of a service over services. The file's servers without the removed ones, then the added
/// ones by id. An added target with the id of a file's server replaces it (another weight, say).
std::vector<WantedTarget> wanted_targets(const conf::ServiceConfig& service,
                                         const ServiceOverlay& overlay);

/// Ends what has lost its meaning: tombstones of services whose entry in the files changed, and
/// drain marks of targets that are not listed any more. Services that no file has are left alone:
/// they may come back. True: something changed.
bool settle(Overlay& overlay, const conf::DynamicConfig& files);

}  // namespace gapura::balancer
