#include "base/check.h"
#include "conf/dynamic_config.h"
#include "conf/static_config.h"
#include "tests/fuzz/targets.h"

namespace gapura::fuzz {

void config(std::string_view bytes) {
  const conf::StaticResult fixed = conf::parse_static(bytes, "fuzz.yml");
  check(!fixed.ok() || !fixed.config.entry_points.empty(), "a configuration without entry points");
  conf::parse_dynamic(bytes, "fuzz.yml");
}

}  // namespace gapura::fuzz
