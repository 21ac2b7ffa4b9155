// Who makes and unmakes targets. A stand-in until providers are read: whatever is written is taken.
#include "conf/dynamic_parts.h"

namespace gapura::conf {

std::optional<Provider> read_provider(yaml::Section& autoscale, const std::string& /*service*/) {
  autoscale.find("provider");
  return std::nullopt;
}

}  // namespace gapura::conf
