// How a service empties its targets: drain and its time limits.
#include <array>

#include "base/ascii.h"
#include "conf/dynamic_parts.h"
#include "conf/nearest.h"

namespace gapura::conf {
namespace {

void read_kind(yaml::Section& balancer, ServiceConfig& out) {
  yaml::Reader& reader = balancer.reader();
  const auto found = balancer.find("drain");
  const auto text = found ? yaml::as_text(reader, *found) : std::nullopt;
  if (!text) return;
  constexpr std::array<std::string_view, 2> kWords{"sticky", "strict"};
  if (iequals(*text, "sticky")) {
    out.drain = DrainKind::sticky;
  } else if (!iequals(*text, "strict")) {
    reader.error(found->place, found->path,
                 "must be sticky or strict, not " + in_quotes(*text) + did_you_mean(*text, kWords));
  }
  if (out.drain == DrainKind::sticky && !out.sticky) {
    reader.warn(found->place, found->path,
                "changes nothing: without sticky.cookie no client is kept on a target");
  }
}

}  // namespace

void read_drain(yaml::Section& balancer, ServiceConfig& out) {
  read_kind(balancer, out);
  balancer.read("drainTimeout", out.drain_timeout);
  balancer.read("drainUpgradeTimeout", out.drain_upgrade_timeout);
}

}  // namespace gapura::conf
