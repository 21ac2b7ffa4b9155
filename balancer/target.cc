#include "balancer/target.h"

namespace gapura::balancer {

const char* to_string(Origin origin) noexcept {
  switch (origin) {
    case Origin::file: return "file";
    case Origin::admin: return "admin";
    case Origin::autoscale: return "autoscale";
  }
  return "";
}

const char* to_string(Phase phase) noexcept {
  switch (phase) {
    case Phase::joining: return "joining";
    case Phase::warming: return "warming";
    case Phase::serving: return "serving";
    case Phase::suspended: return "suspended";
    case Phase::draining: return "draining";
    case Phase::gone: return "gone";
  }
  return "";
}

}  // namespace gapura::balancer
