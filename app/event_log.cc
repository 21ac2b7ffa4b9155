#include "app/event_log.h"

#include "base/log.h"
#include "base/plural.h"

namespace gapura::app {
namespace {

void log_drain(const balancer::DrainResult& drain) {
  if (drain.was_cancelled) {
    log::info("service {}: target {} goes back to serving", drain.service, drain.id);
  } else if (drain.cut > 0) {
    log::warn("service {}: target {} drained in {} ms; {} ended, {} had to be cut", drain.service,
              drain.id, drain.took.count(), counted(drain.finished, "request"), drain.cut);
  } else {
    log::info("service {}: target {} drained in {} ms; {} ended, none was cut", drain.service,
              drain.id, drain.took.count(), counted(drain.finished, "request"));
  }
}

}  // namespace

void log_event(const balancer::Event& event) {
  const balancer::TargetView& target = event.target;
  switch (event.kind) {
    case balancer::Event::Kind::joined:
      log::info("service {}: target {} joined ({})", target.service, target.id, target.url);
      break;
    case balancer::Event::Kind::phase_changed: {
      const auto level =
          target.phase == balancer::Phase::suspended ? log::Level::warn : log::Level::info;
      log::write(level,
                 fmt::format("service {}: target {} is {}, was {}: {}", target.service, target.id,
                             balancer::to_string(target.phase),
                             event.from ? balancer::to_string(*event.from) : "new", target.reason));
      break;
    }
    case balancer::Event::Kind::drained:
      if (event.drain) log_drain(*event.drain);
      break;
    case balancer::Event::Kind::gone:
      log::info("service {}: target {} is gone", target.service, target.id);
      break;
    case balancer::Event::Kind::config_applied:
      break;  // told with its differences by whoever applied it
  }
}

}  // namespace gapura::app
