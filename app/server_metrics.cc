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
  registry->each_service([&](const balancer::ServiceGlance& service) {
    if (const auto view = scaler->view(service.name())) {
      append(all, autoscale::readings_of(*view, service.label()));
    }
  });
  return all;
}

void Server::Parts::show_targets(const metrics::Collector::ShowTarget& show) const {
  registry->each_service([&](const balancer::ServiceGlance& service) {
    const std::string label = service.label();
    service.each_target([&](const balancer::TargetGlance& target) {
      show({.service = label,
            .url = target.url,
            .address = target.address,
            .state = balancer::to_string(target.phase),
            .in_flight = target.in_flight,
            .is_up = is_well(target.phase)});
    });
  });
}

std::vector<metrics::QueueFigures> Server::Parts::queues() const {
  std::vector<metrics::QueueFigures> figures;
  registry->each_service([&](const balancer::ServiceGlance& service) {
    const auto queue = service.queue();
    if (!queue) return;
    figures.push_back({.service = service.label(),
                       .length = queue->length,
                       .waits = queue->ended,
                       .waited_us = queue->waited_us});
  });
  return figures;
}

std::vector<metrics::PanicFigure> Server::Parts::panics() const {
  std::vector<metrics::PanicFigure> figures;
  registry->each_service([&](const balancer::ServiceGlance& service) {
    const auto is_panic = service.is_panic();
    if (is_panic) figures.push_back({.service = service.label(), .is_panic = *is_panic});
  });
  return figures;
}

metrics::Collector::Sources Server::Parts::sources() {
  return {.shards = workers->shards(),
          .entry_points = entry_point_names(),
          .service_label =
              [this](ServiceSlot slot) {
                const auto found = service_labels.find(slot);
                return found == service_labels.end() ? std::string() : found->second;
              },
          .targets = [this](const auto& show) { show_targets(show); },
          .queues = [this] { return queues(); },
          .panics = [this] { return panics(); },
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
