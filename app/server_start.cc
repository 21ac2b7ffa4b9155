#include <sched.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <exception>
#include <thread>
#include <utility>

#include "app/append_file.h"
#include "app/port_holder.h"
#include "app/process.h"
#include "app/server_parts.h"
#include "autoscale/net/subprocess.h"
#include "base/log.h"
#include "base/plural.h"

namespace gapura::app {
namespace {

/// CPUs that this process may use: in a container or under taskset fewer than there are.
unsigned usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    return std::max(1u, static_cast<unsigned>(CPU_COUNT(&set)));
  }
  return std::max(1u, std::thread::hardware_concurrency());
}

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "gapura";
  return name;
}

/// Without a limit of their own, clients get what descriptors there are: two each, since a client
/// at work has a link to a target, but for those that files, logs and the admin API need.
conf::Limits limits_of(conf::Limits limits) {
  constexpr std::uint32_t kReserved = 128;
  constexpr std::uint32_t kLeast = 16;
  if (limits.connections_max == 0) {
    const auto descriptors =
        static_cast<std::uint32_t>(std::min<unsigned long>(raise_descriptor_limit(), UINT32_MAX));
    limits.connections_max =
        descriptors > kReserved ? std::max((descriptors - kReserved) / 2, kLeast) : kLeast;
  }
  return limits;
}

/// Empty, or why the command did not take the message.
boost::asio::awaitable<std::string> run_for_notice(std::vector<std::string> command,
                                                   std::string input, Milliseconds timeout) {
  autoscale::CommandRun run;
  run.command = std::move(command);
  run.input = std::move(input);
  run.timeout = timeout;
  auto running = autoscale::run_command(std::move(run));
  const auto outcome = co_await std::move(running);
  if (const auto* fault = std::get_if<std::string>(&outcome)) co_return *fault;
  const auto& result = std::get<autoscale::CommandResult>(outcome);
  if (result.was_too_slow)
    co_return "it took longer than " + std::to_string(timeout.count()) + " ms";
  if (result.status.is_success()) co_return std::string();
  const std::string why = result.last_error();
  co_return result.status.shown() + (why.empty() ? "" : ": " + why);
}

}  // namespace

Server::Parts::Parts(conf::StaticConfig its_config, Naming its_naming)
    : config(std::move(its_config)),
      naming(std::move(its_naming)),
      worker_count(config.workers == 0 ? usable_cpus() : config.workers) {}

std::vector<std::string> Server::Parts::start() {
  StateKeeper::Opened opened = state.open(config);
  if (!opened.error.empty()) return {opened.error};
  for (const std::string& warning : opened.warnings) log::warn("{}", warning);
  make_registry();
  if (auto errors = make_workers(); !errors.empty()) return errors;
  make_watchers();
  if (auto errors = make_audit_log(); !errors.empty()) return errors;
  make_front();
  make_scaler();
  if (auto errors = make_messengers(); !errors.empty()) return errors;
  if (auto errors = listen(); !errors.empty()) return errors;

  saved_overlay = opened.overlay;
  registry->set_overlay(std::move(opened.overlay), Clock::now());
  reload->load_now();  // publishes
  workers->start();
  workers_running = worker_count;
  front->start();
  resolver->start();
  prober->start();
  checker->start();
  scaler->start();
  reload->start_watching();
  notifier->start();
  if (targets_file) targets_file->look();
  arm_tick();
  log_start();
  return {};
}

void Server::Parts::make_registry() {
  balancer::Registry::Callbacks callbacks{
      .publish = [this](balancer::SnapshotPtr snapshot) { publish(std::move(snapshot)); },
      .event = [this](const balancer::Event& event) { on_event(event); },
      .cut = [this](balancer::TargetRef target,
                    Milliseconds stalled) { workers->cut(std::move(target), stalled); }};
  registry =
      std::make_unique<balancer::Registry>(config.entry_points, worker_count, std::move(callbacks));
}

std::vector<std::string> Server::Parts::make_workers() {
  if (config.access_log.is_on) {
    try {
      access_log = std::make_unique<proxy::AccessLog>(config.access_log);
    } catch (const std::exception& error) {
      return {std::string("accessLog: ") + error.what()};
    }
  }
  proxy::Workers::Settings settings{.count = worker_count,
                                    .entry_points = config.entry_points,
                                    .histogram_bounds_s = config.metrics.buckets,
                                    .hostname = host_name(),
                                    .limits = limits_of(config.limits),
                                    .access_log = access_log.get()};
  log::info("at most {} at once", counted(settings.limits.connections_max, "client"));
  workers = std::make_unique<proxy::Workers>(std::move(settings), observations());
  return {};
}

void Server::Parts::make_watchers() {
  resolver = std::make_unique<proxy::Resolver>(
      control, proxy::Resolver::Settings{
                   .named = [this] { return registry->named_urls(); },
                   .resolved =
                       [this](const std::string& authority, std::vector<Endpoint> endpoints) {
                         registry->resolved(authority, std::move(endpoints), Clock::now());
                       },
                   .every = naming.every,
                   .lookup = naming.lookup});
  prober = std::make_unique<proxy::Prober>(
      control,
      proxy::Prober::Settings{
          .suspended = [this] { return registry->suspended_targets(); },
          .reached =
              [this](const balancer::TargetRef& target) {
                registry->connect_succeeded(target, Clock::now());
              },
          .jitter = [this] { return std::uniform_real_distribution<double>(0.0, 1.0)(random); }});
  checker = std::make_unique<proxy::HealthChecker>(
      control,
      proxy::HealthChecker::Settings{
          .targets = [this] { return registry->checked_targets(); },
          .checked =
              [this](const balancer::TargetRef& target, const balancer::ProbeResult& result) {
                registry->checked(target, result, Clock::now());
              },
          .jitter = [this] { return std::uniform_real_distribution<double>(0.0, 1.0)(random); }});
}

std::vector<std::string> Server::Parts::make_audit_log() {
  if (!config.admin.is_on && config.hooks.empty() && !config.takes_rest) return {};
  const bool is_asked_for = !config.admin.audit_log.empty();
  std::filesystem::path file = config.admin.audit_log;
  if (!is_asked_for && !state.folder().empty()) file = state.folder() / "audit.log";
  audit_log = std::make_unique<AuditLog>(control, disk, std::move(file));
  const std::string fault = audit_log->fault();
  if (fault.empty()) return {};
  if (is_asked_for) return {"admin.auditLog: " + fault};
  log::warn("changes by API are not kept in an audit log: {}", fault);
  return {};
}

void Server::Parts::make_front() {
  ConfigReload::Settings settings{
      .provider = config.file_provider,
      .entry_points = entry_point_names(),
      .last_good = state.last_good(),
      .applied = [this] { files_applied(); },
      .changed =
          [this](const std::string& change) {
            front->tell(admin::config_reloaded(change, registry->version()));
          },
      .broken =
          [this](const auto& files, const conf::Problems& problems) {
            front->tell(admin::config_broken(files, problems));
          }};
  reload = std::make_unique<ConfigReload>(control, disk, *registry, std::move(settings));
  collector = std::make_unique<metrics::Collector>(sources());
  AdminFront::Settings front_settings{
      .config = config,
      .socket_file = socket_file(),
      .token_file = token_file(),
      .read_token_file = read_token_file(),
      .expose = [this] { return collector->expose(); },
      .doors = doors(),
      .take_rest = [this](std::string json,
                          auto done) { take_rest(std::move(json), std::move(done)); }};
  front = std::make_unique<AdminFront>(control, *registry, std::move(front_settings));
}

std::vector<std::string> Server::Parts::make_messengers() {
  if (config.targets_file) {
    targets_file = std::make_unique<TargetsFile>(
        control, disk, *config.targets_file, [this] { return registry->services(Clock::now()); });
  }
  std::filesystem::path file;
  if (!state.folder().empty()) file = state.folder() / "notify.jsonl";
  Notifier::Ways ways{.http = autoscale::http_call, .run = run_for_notice};
  notifier =
      std::make_unique<Notifier>(control, disk, config.notify, std::move(ways), std::move(file));
  return notifier->open();
}

admin::Api::Doors Server::Parts::doors() {
  return {.persist =
              [this](balancer::Overlay overlay, std::function<void(std::error_code)> done) {
                save_for_api(std::move(overlay), std::move(done));
              },
          .config = [this] { return api_status(); },
          .reload =
              [this](std::function<void(admin::ConfigStatus)> done) {
                reload->request([this, done = std::move(done)] { done(api_status()); });
              },
          .scaling = scaling_doors(),
          .entry_points =
              [this] {
                std::vector<admin::EntryPointStatus> all;
                for (std::size_t i = 0; i < config.entry_points.size(); ++i) {
                  const auto slot = EntryPointSlot(static_cast<std::uint32_t>(i));
                  all.push_back(
                      {config.entry_points[i].name, workers->local_endpoint(slot).to_string()});
                }
                return all;
              },
          .loads = {.read = [this] { return loads(); }, .bounds_s = config.metrics.buckets},
          .write_servers = servers_writer(),
          .audit =
              [this](std::string line, std::function<void()> done) {
                // Nobody can ask for a change: only the autoscaler makes some, and the log tells.
                if (!audit_log) return done();
                audit_log->append(std::move(line), std::move(done));
              },
          .state = [this](const balancer::Overlay& overlay) { return describe_state(overlay); },
          .rotate_token = token_rotation()};
}

admin::RotateToken Server::Parts::token_rotation() {
  if (token_file().empty()) return {};
  return [this](auto done) { rotate_token(std::move(done)); };
}

admin::WriteServers Server::Parts::servers_writer() {
  if (config.admin.update_servers_file.empty()) return {};
  return [this](const std::string& service, std::vector<conf::Server> servers, auto done) {
    write_list(service, std::move(servers), std::move(done));
  };
}

admin::ScalingDoors Server::Parts::scaling_doors() {
  return {
      .services = [this] { return scaler->services(); },
      .take = [this](const autoscale::Alert& alert) { return scaler->take(alert); },
      .step = [this](const std::string& service,
                     autoscale::Direction direction) { return scaler->step(service, direction); },
      .operation = [this](const std::string& id) { return scaler->operation(id); },
      .view = [this](const std::string& service) { return scaler->view(service); },
      .change =
          [this](const std::string& service, const autoscale::HandChange& change) {
            return scaler->change(service, change);
          }};
}

void Server::Parts::make_scaler() {
  autoscale::Autoscaler::Settings settings{
      .change = [this](auto propose,
                       auto done) { front->change(std::move(propose), std::move(done)); },
      .load = [this](ServiceSlot slot) { return metrics::load_of(workers->shards(), slot); },
      .bounds_s = config.metrics.buckets,
      .event = [this](const autoscale::ScalingEvent& event) { on_scaling(event); },
      .record = [this](const std::filesystem::path& file,
                       std::string line) { append_line(disk, file, std::move(line)); },
      .folder = state.folder()};
  scaler = std::make_unique<autoscale::Autoscaler>(control, *registry, std::move(settings));
}

std::vector<std::string> Server::Parts::listen() {
  std::vector<std::string> errors;
  for (const proxy::BindFailure& failure : workers->listen()) {
    errors.push_back(explain_bind_failure("entry point \"" + failure.entry_point + "\"",
                                          failure.address, failure.error));
  }
  AdminFront::Listening listening = front->listen();
  errors.insert(errors.end(), listening.errors.begin(), listening.errors.end());
  for (const std::string& warning : listening.warnings) log::warn("{}", warning);
  return errors;
}

void Server::Parts::log_start() const {
  for (std::size_t i = 0; i < config.entry_points.size(); ++i) {
    const auto slot = EntryPointSlot(static_cast<std::uint32_t>(i));
    log::info("entry point {} listens on {}", config.entry_points[i].name,
              workers->local_endpoint(slot).to_string());
  }
  log::info("{}", front->describe());
  const conf::FileProvider& files = config.file_provider;
  const auto& source = files.directory.empty() ? files.filename : files.directory;
  log::info("gapura {} started: {}; configuration from {}{}; state in {}", GAPURA_VERSION,
            counted(worker_count, "worker"), source.empty() ? "nowhere" : source.string(),
            files.watch ? ", watched" : ", read again at SIGHUP only",
            state.folder().empty() ? "no folder" : state.folder().string());
}

}  // namespace gapura::app
