#include "conf/composite.h"

namespace gapura::conf {

const char* kind_of(const Composite& composite) noexcept {
  if (std::holds_alternative<Weighted>(composite)) return "weighted";
  if (std::holds_alternative<HighestRandomWeight>(composite)) return "highestRandomWeight";
  if (std::holds_alternative<Failover>(composite)) return "failover";
  if (std::holds_alternative<Mirroring>(composite)) return "mirroring";
  return "loadBalancer";
}

std::vector<const ChildService*> children_of(const Composite& composite) {
  std::vector<const ChildService*> out;
  if (const auto* weighted = std::get_if<Weighted>(&composite)) {
    for (const Weighted::Share& share : weighted->services) out.push_back(&share.service);
  } else if (const auto* hashed = std::get_if<HighestRandomWeight>(&composite)) {
    for (const Weighted::Share& share : hashed->services) out.push_back(&share.service);
  } else if (const auto* failover = std::get_if<Failover>(&composite)) {
    out = {&failover->service, &failover->fallback};
  } else if (const auto* mirroring = std::get_if<Mirroring>(&composite)) {
    out.push_back(&mirroring->service);
    for (const Mirroring::Mirror& mirror : mirroring->mirrors) out.push_back(&mirror.service);
  }
  return out;
}

}  // namespace gapura::conf
