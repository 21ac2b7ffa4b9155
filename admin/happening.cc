#include "admin/happening.h"

#include <boost/json/array.hpp>

#include "admin/json.h"
#include "base/ids.h"
#include "base/plural.h"

namespace gapura::admin {
namespace json = boost::json;

namespace {

constexpr std::size_t kProblemsMax = 20;  // of one event: a broken folder must not fill the memory

std::string name_of(const balancer::TargetView& target) {
  return "service " + target.service + ": target " + target.id;
}

/// What was drained and not removed stays listed, empty, and may be told to serve again.
bool is_still_listed(const balancer::TargetView& target, const balancer::Overlay& overlay) {
  const auto service = overlay.services.find(target.service);
  return service != overlay.services.end() && (service->second.drained.contains(target.id) ||
                                               service->second.drained.contains(target.listed_id));
}

void tell_phase(const balancer::Event& event, Happening& told) {
  const char* from = event.from ? balancer::to_string(*event.from) : "new";
  const char* to = balancer::to_string(event.target.phase);
  told.kind = "targetPhase";
  if (event.target.phase == balancer::Phase::suspended) told.level = log::Level::warn;
  told.message = name_of(event.target) + " is " + to + ", was " + from + ": " + event.target.reason;
  told.details["from"] = from;
  told.details["to"] = to;
  told.details["reason"] = event.target.reason;
}

void tell_drain(const balancer::DrainResult& drain, Happening& told) {
  told.kind = "targetDrained";
  json::object object;
  object["tookMs"] = drain.took.count();
  object["finished"] = drain.finished;
  object["cut"] = drain.cut;
  object["cancelled"] = drain.was_cancelled;
  told.details["drain"] = std::move(object);
  told.message = "service " + drain.service + ": target " + drain.id;
  if (drain.was_cancelled) {
    told.message += " goes back to serving";
    return;
  }
  if (drain.cut > 0) told.level = log::Level::warn;
  told.message += " drained in " + std::to_string(drain.took.count()) + " ms; " +
                  counted(drain.finished, "request") + " ended, " +
                  (drain.cut > 0 ? std::to_string(drain.cut) + " had to be cut" : "none was cut");
}

void tell_panic(const balancer::Event& event, Happening& told) {
  const bool has_begun = event.kind == balancer::Event::Kind::panic_begun;
  told.kind = has_begun ? "panicBegun" : "panicEnded";
  const std::string who = "service " + event.target.service;
  told.details.erase("target");
  told.details["reason"] = event.target.reason;
  if (!has_begun) {
    told.message = who + ": the panic is over, " + event.target.reason;
    return;
  }
  told.level = log::Level::warn;
  told.message =
      who + ": panic, " + event.target.reason + ": those that fail checks or requests are used too";
}

std::string_view kind_of(autoscale::ScalingEvent::Kind kind) {
  using Kind = autoscale::ScalingEvent::Kind;
  switch (kind) {
    case Kind::decided: return "scaleDecision";
    case Kind::instance_created:
    case Kind::instance_up:
    case Kind::instance_gone:
    case Kind::step_ended: return "scaleStep";
    case Kind::provider_failed: return "providerFailure";
    case Kind::signal: break;
  }
  return "signalFailure";
}

}  // namespace

Happening happening_of(const balancer::Event& event, const balancer::Overlay& overlay) {
  using Kind = balancer::Event::Kind;
  const balancer::TargetView& target = event.target;
  Happening told;
  told.details["service"] = target.service;
  told.details["target"] = target.id;
  switch (event.kind) {
    case Kind::joined:
      told.kind = "targetJoined";
      told.message = name_of(target) + " joined (" + target.url + ")";
      told.details["url"] = target.url;
      told.details["to"] = balancer::to_string(target.phase);
      told.details["reason"] = target.reason;
      break;
    case Kind::phase_changed: tell_phase(event, told); break;
    case Kind::drained:
      if (event.drain) tell_drain(*event.drain, told);
      break;
    case Kind::gone:
      told.kind = "targetGone";
      told.message = name_of(target) + " is " +
                     (is_still_listed(target, overlay) ? "drained, and stays listed" : "gone");
      told.details["isListed"] = is_still_listed(target, overlay);
      break;
    case Kind::panic_begun:
    case Kind::panic_ended: tell_panic(event, told); break;
  }
  return told;
}

Happening happening_of(const autoscale::ScalingEvent& event) {
  Happening told;
  told.kind = kind_of(event.kind);
  const bool is_fault = event.kind == autoscale::ScalingEvent::Kind::provider_failed ||
                        event.kind == autoscale::ScalingEvent::Kind::signal;
  if (is_fault) told.level = log::Level::warn;
  const std::string who = event.instance.empty() ? "" : "instance " + event.instance + ": ";
  told.message = "scaling of service " + event.service + ": " + who + event.message;
  told.details["service"] = event.service;
  if (!event.instance.empty()) told.details["instance"] = event.instance;
  told.details["reason"] = event.message;
  if (event.decision) {
    json::object decision;
    decision["from"] = event.decision->from;
    decision["to"] = event.decision->to;
    decision["reason"] = event.decision->reason;
    told.details["decision"] = std::move(decision);
  }
  return told;
}

Happening config_reloaded(std::string message, Version version) {
  Happening told;
  told.kind = "configReloaded";
  told.message = std::move(message);
  told.details["version"] = static_cast<std::uint64_t>(version);
  return told;
}

Happening config_broken(const std::vector<std::string>& files, const conf::Problems& problems) {
  Happening told;
  told.kind = "configBroken";
  told.level = log::Level::error;
  told.message =
      problems.empty() ? files.front() + " cannot be used" : problems.front().to_string();
  if (problems.size() > 1) {
    told.message += "; and " + counted(problems.size() - 1, "further mistake");
  }
  told.details["files"] = json::array(files.begin(), files.end());
  json::array list;
  for (const conf::Problem& one : problems) {
    if (list.size() == kProblemsMax) break;
    list.push_back(to_json(one));
  }
  told.details["problems"] = std::move(list);
  return told;
}

}  // namespace gapura::admin
