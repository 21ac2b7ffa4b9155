// What the server shows of itself at /metrics.
#include <chrono>
#include <iterator>

#include "app/server_parts.h"
#include "autoscale/scaling_readings.h"
#include "proxy/failure.h"

namespace gapura::app {
namespace {

constexpr auto kReasons = proxy::failure_names();

void append(std::vector<metrics::Reading>& all, std::vector<metrics::Reading> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<std::string> Server::Parts::entry_point_names() const {
  std::vector<std::string> names;
  for (const conf::EntryPoint& one : config.entry_points) names.push_back(one.name);
  return names;
}

std::vector<metrics::Reading> Server::Parts::readings() const {
  std::vector<metrics::Reading> all = front->readings();
  append(all, notifier->readings());
  for (const std::string& name : scaler->services()) {
    const auto service = registry->service(name, Clock::now());
    const auto view = scaler->view(name);
    if (service && view) {
      append(all, autoscale::readings_of(*view, name + "@" + service->provider));
    }
  }
  return all;
}

metrics::Collector::Sources Server::Parts::sources() {
  return {.shards = workers->shards(),
          .entry_points = entry_point_names(),
          .service_label =
              [this](ServiceSlot slot) {
                const auto found = service_labels.find(slot);
                return found == service_labels.end() ? std::string() : found->second;
              },
          .targets =
              [this] {
                std::vector<metrics::TargetGauges> gauges;
                for (const auto& service : registry->services(Clock::now())) {
                  for (const auto& target : service.targets) {
                    const bool is_up = is_well(target.phase);
                    gauges.push_back({.service = service.name + "@" + service.provider,
                                      .url = target.url,
                                      .address = target.address,
                                      .state = balancer::to_string(target.phase),
                                      .in_flight = target.in_flight,
                                      .is_up = is_up});
                  }
                }
                return gauges;
              },
          .queues =
              [this] {
                std::vector<metrics::QueueFigures> figures;
                for (const auto& service : registry->services(Clock::now())) {
                  if (!service.queue) continue;
                  figures.push_back({.service = service.name + "@" + service.provider,
                                     .length = service.queue->length,
                                     .waits = service.queue->ended,
                                     .waited_us = service.queue->waited_us});
                }
                return figures;
              },
          .panics =
              [this] {
                std::vector<metrics::PanicFigure> figures;
                for (const auto& service : registry->services(Clock::now())) {
                  if (!service.is_panic) continue;
                  figures.push_back({.service = service.name + "@" + service.provider,
                                     .is_panic = *service.is_panic});
                }
                return figures;
              },
          .reloads =
              [this] {
                const ConfigStatus& status = reload->status();
                metrics::ReloadFigures figures{.reloads = status.reloads,
                                               .failures = status.failures,
                                               .last_success_unix_s = 0,
                                               .files = {}};
                const auto since_epoch = status.applied_at.time_since_epoch();
                figures.last_success_unix_s = std::chrono::duration<double>(since_epoch).count();
                for (const FileStatus& file : status.files) {
                  figures.files.emplace_back(file.file.string(), file.is_broken);
                }
                return figures;
              },
          .readings = [this] { return readings(); },
          .audit_lines_lost = [this] { return audit_log ? audit_log->lost() : 0; },
          .reasons = kReasons,
          .version = GAPURA_VERSION,
          .has_entry_point_families = config.metrics.entry_point_labels,
          .has_service_families = config.metrics.service_labels};
}

}  // namespace gapura::app
