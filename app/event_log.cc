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

/// What was drained and not removed stays listed, empty, and may be told to serve again.
bool is_still_listed(const balancer::TargetView& target, const balancer::Overlay& overlay) {
  const auto service = overlay.services.find(target.service);
  return service != overlay.services.end() && (service->second.drained.contains(target.id) ||
                                               service->second.drained.contains(target.listed_id));
}

}  // namespace

void log_event(const balancer::Event& event, const balancer::Overlay& overlay) {
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
      log::info("service {}: target {} is {}", target.service, target.id,
                is_still_listed(target, overlay) ? "drained, and stays listed" : "gone");
      break;
    case balancer::Event::Kind::panic_begun:
      log::warn("service {}: panic, {}: those that fail checks or requests are used too",
                target.service, target.reason);
      break;
    case balancer::Event::Kind::panic_ended:
      log::info("service {}: the panic is over, {}", target.service, target.reason);
      break;
  }
}

void log_scaling(const autoscale::ScalingEvent& event) {
  const std::string who = event.instance.empty() ? "" : "instance " + event.instance + ": ";
  const std::string text = "scaling of service " + event.service + ": " + who + event.message;
  if (event.kind == autoscale::ScalingEvent::Kind::provider_failed ||
      event.kind == autoscale::ScalingEvent::Kind::signal) {
    log::warn("{}", text);
  } else {
    log::info("{}", text);
  }
}

}  // namespace gapura::app
