#include "autoscale/net/http_client.h"

#include "base/ascii.h"

namespace gapura::autoscale {

std::string_view HttpAnswer::header(std::string_view name) const noexcept {
  for (const auto& [known, value] : headers) {
    if (iequals(known, name)) return value;
  }
  return {};
}

}  // namespace gapura::autoscale
