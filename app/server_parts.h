/// What a Server is made of, in the order in which it must be destroyed backwards. Private to
/// app/server*.cc. Control thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "app/admin_front.h"
#include "app/audit_log.h"
#include "app/config_reload.h"
#include "app/disk_thread.h"
#include "app/notify/notifier.h"
#include "app/server.h"
#include "app/state_keeper.h"
#include "app/targets_file.h"
#include "autoscale/autoscaler.h"
#include "balancer/registry.h"
#include "metrics/collector.h"
#include "proxy/access_log.h"
#include "proxy/health_checker.h"
#include "proxy/prober.h"
#include "proxy/resolver.h"
#include "proxy/workers.h"

namespace gapura::app {

struct Server::Parts {
  Parts(conf::StaticConfig its_config, Naming its_naming);
  ~Parts();

  // --- start (server_start.cc) ---
  std::vector<std::string> start();
  void make_registry();
  std::vector<std::string> make_workers();
  void make_watchers();
  void make_front();
  void make_scaler();
  std::vector<std::string> make_audit_log();
  std::vector<std::string> make_messengers();
  std::vector<std::string> listen();
  void log_start() const;
  admin::Api::Doors doors();
  admin::ScalingDoors scaling_doors();
  admin::WriteServers servers_writer();
  admin::RotateToken token_rotation();

  // --- what is shown (server_metrics.cc) ---
  metrics::Collector::Sources sources();
  void show_targets(const metrics::Collector::ShowTarget& show) const;
  std::vector<metrics::QueueFigures> queues() const;
  std::vector<metrics::PanicFigure> panics() const;
  std::vector<metrics::Reading> readings() const;
  std::vector<std::string> entry_point_names() const;

  // --- running (server_parts.cc) ---
  void publish(balancer::SnapshotPtr snapshot);
  /// In the log, and to whoever reads events.
  void tell(const admin::Happening& what);
  void on_event(const balancer::Event& event);
  void on_scaling(const autoscale::ScalingEvent& event);
  void files_applied();
  void save_overlay_if_changed();
  /// The disk has answered: `overlay` is what it has now, or it could not be written.
  void overlay_saved(balancer::Overlay overlay, std::error_code error);
  admin::StateDescription describe_state(const balancer::Overlay& overlay) const;
  /// One at a time.
  void save_for_api(balancer::Overlay overlay, std::function<void(std::error_code)> done);
  void take_rest(std::string json, std::function<void(admin::RestTaken)> done);
  void write_list(const std::string& service, std::vector<conf::Server> servers,
                  std::function<void(admin::ListShown)> done);
  void rotate_token(std::function<void(admin::NewToken)> done);
  void arm_tick();
  proxy::Observations observations();
  admin::ConfigStatus api_status() const;
  std::map<std::string, metrics::ServiceLoad> loads() const;
  std::filesystem::path socket_file() const;
  std::filesystem::path token_file() const;
  std::filesystem::path read_token_file() const;

  // --- stopping (server_parts.cc) ---
  void begin_stop();
  void stop_accepting();
  void worker_finished();
  void finish();
  void end_when_answered(int rounds_left);

  const conf::StaticConfig config;
  const Naming naming;
  const unsigned worker_count;
  boost::asio::io_context control{1};
  DiskThread disk;
  StateKeeper state{control, disk};
  std::unique_ptr<AuditLog> audit_log;
  std::unique_ptr<proxy::AccessLog> access_log;
  std::unique_ptr<balancer::Registry> registry;
  std::unique_ptr<proxy::Workers> workers;
  std::unique_ptr<proxy::Resolver> resolver;
  std::unique_ptr<proxy::Prober> prober;
  std::unique_ptr<proxy::HealthChecker> checker;
  std::unique_ptr<ConfigReload> reload;
  std::unique_ptr<metrics::Collector> collector;
  std::unique_ptr<AdminFront> front;
  std::unique_ptr<autoscale::Autoscaler> scaler;
  std::unique_ptr<TargetsFile> targets_file;  ///< when `sd` asks for one
  std::unique_ptr<Notifier> notifier;

  boost::asio::steady_timer tick_timer{control};
  boost::asio::steady_timer stop_timer{control};
  std::minstd_rand random{std::random_device{}()};
  std::map<ServiceSlot, std::string> service_labels;  ///< of the last snapshot
  /// As last handed to the disk. Nothing: that failed, and what the file holds is not known.
  std::optional<balancer::Overlay> saved_overlay;
  std::string save_fault;     ///< of the last attempt; empty: it succeeded
  TimePoint save_again_at{};  ///< not before, after a failure
  bool is_api_saving = false;
  unsigned workers_running = 0;
  bool is_stopping = false;
  bool is_finishing = false;
};

}  // namespace gapura::app
