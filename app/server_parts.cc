#include "app/server_parts.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "app/servers_file.h"
#include "app/state_dir.h"
#include "app/token_file.h"
#include "base/log.h"

namespace gapura::app {
namespace {

using boost::asio::post;

constexpr Milliseconds kTick{1'000};
constexpr Milliseconds kSaveAgain{10'000};
constexpr Milliseconds kAnswerRound{20};
constexpr int kAnswerRounds = 50;  // a second: for answers of the admin API that are on their way

/// The longest of one of the entry points' times.
Milliseconds longest(const std::vector<conf::EntryPoint>& entry_points,
                     Milliseconds conf::EntryPoint::*time) {
  Milliseconds most{0};
  for (const conf::EntryPoint& entry_point : entry_points) {
    most = std::max(most, entry_point.*time);
  }
  return most;
}

}  // namespace

Server::Parts::~Parts() {
  // Workers call back into the loop, the disk thread too: both end before anything else goes.
  if (workers) {
    workers->kill();
    workers->join();
  }
  if (reload) reload->stop();
  disk.stop();
}

void Server::Parts::publish(balancer::SnapshotPtr snapshot) {
  service_labels.clear();
  for (const balancer::Service& service : snapshot->services) {
    service_labels[service.slot] = service.label;
  }
  workers->publish(std::move(snapshot));
}

void Server::Parts::tell(const admin::Happening& what) {
  log::write(what.level, what.message);
  if (front) front->tell(what);
}

void Server::Parts::on_event(const balancer::Event& event) {
  tell(admin::happening_of(event, registry->overlay()));
  if (front) front->on_event(event);
  if (targets_file) targets_file->look();
  if (notifier) notifier->on_event(event);
}

void Server::Parts::on_scaling(const autoscale::ScalingEvent& event) {
  tell(admin::happening_of(event));
  front->on_scaling();
  notifier->on_scaling(event);
}

void Server::Parts::files_applied() {
  resolver->look();
  scaler->look();
  save_overlay_if_changed();
}

void Server::Parts::save_overlay_if_changed() {
  // While a change by API is on its way to the disk the registry does not have it yet: what it has
  // must not be written over it. The next tick looks again.
  if (is_api_saving || state.folder().empty() || Clock::now() < save_again_at) return;
  const balancer::Overlay& now = registry->overlay();
  if (now == saved_overlay) return;
  saved_overlay = now;
  state.save(now, [this, now](std::error_code error) {
    // One by API may be on its way behind it by now: its answer counts.
    if (error) overlay_saved(now, error);
  });
}

void Server::Parts::save_for_api(balancer::Overlay overlay,
                                 std::function<void(std::error_code)> done) {
  is_api_saving = true;
  auto saved = [this, overlay, done = std::move(done)](std::error_code error) {
    is_api_saving = false;
    overlay_saved(overlay, error);
    done(error);
  };
  state.save(std::move(overlay), std::move(saved));
}

void Server::Parts::take_rest(std::string json, std::function<void(admin::RestTaken)> done) {
  reload->take_rest(std::move(json), [done = std::move(done)](conf::DynamicResult taken) {
    done({.is_usable = taken.is_usable, .problems = std::move(taken.problems)});
  });
}

void Server::Parts::write_list(const std::string& service, std::vector<conf::Server> servers,
                               std::function<void(admin::ListShown)> done) {
  disk.post([this, service, servers = std::move(servers), done = std::move(done)] {
    auto shown = write_servers(config.admin.update_servers_file, service, servers);
    post(control, [this, shown = std::move(shown), done] {
      if (!shown.is_in_place) return done(shown);
      reload->request([shown, done] { done(shown); });
    });
  });
}

void Server::Parts::rotate_token(std::function<void(admin::NewToken)> done) {
  disk.post([this, file = token_file(), done = std::move(done)] {
    auto made = app::rotate_token(file);
    post(control, [this, made = std::move(made), done] {
      if (!made.error) front->use_token(made.text);
      done(made);
    });
  });
}

void Server::Parts::overlay_saved(balancer::Overlay overlay, std::error_code error) {
  save_fault = error ? error.message() : std::string();
  if (!error) {
    saved_overlay = std::move(overlay);
    return;
  }
  // A change that was refused may be on the disk all the same (the folder could not be synced):
  // what is in force is written until that succeeds, so that a restart does not bring the change.
  saved_overlay.reset();
  save_again_at = Clock::now() + kSaveAgain;
}

admin::StateDescription Server::Parts::describe_state(const balancer::Overlay& overlay) const {
  if (state.folder().empty()) {
    return {{}, to_yaml(overlay), "there is no folder for state; set stateDir"};
  }
  const std::string fault = saved_overlay ? std::string() : save_fault;
  return {StateStore(state.folder()).file().string(), to_yaml(overlay), fault};
}

void Server::Parts::arm_tick() {
  tick_timer.expires_after(kTick);
  tick_timer.async_wait([this](boost::system::error_code error) {
    if (error) return;
    registry->tick(Clock::now());
    save_overlay_if_changed();
    front->tick();
    if (targets_file) targets_file->tick();
    notifier->tick();
    arm_tick();
  });
}

proxy::Observations Server::Parts::observations() {
  // All of these are called on workers' threads. The loop outlives the workers, and what is still
  // posted when it ends is dropped with it, so `this` is never used too late.
  return {
      .adopted =
          [this](unsigned worker, Version version, balancer::SnapshotPtr old) {
            post(control, [this, worker, version, old = std::move(old)] {
              registry->worker_adopted(worker, version, Clock::now());
              if (front) front->on_adopted();
            });
          },
      .connect_failed =
          [this](balancer::TargetRef target, std::string reason) {
            post(control, [this, target = std::move(target), reason = std::move(reason)] {
              registry->connect_failed(target, reason, Clock::now());
            });
          },
      .connect_succeeded =
          [this](balancer::TargetRef target) {
            post(control, [this, target = std::move(target)] {
              registry->connect_succeeded(target, Clock::now());
            });
          },
      .requests_fail =
          [this](balancer::TargetRef target, std::string reason) {
            post(control, [this, target = std::move(target), reason = std::move(reason)] {
              registry->requests_fail(target, reason, Clock::now());
            });
          },
      .went_idle =
          [this](balancer::TargetRef target) {
            post(control,
                 [this, target = std::move(target)] { registry->went_idle(target, Clock::now()); });
          },
      .finished = [this](unsigned) { post(control, [this] { worker_finished(); }); },
  };
}

admin::ConfigStatus Server::Parts::api_status() const {
  const ConfigStatus& status = reload->status();
  admin::ConfigStatus shown;
  for (const FileStatus& file : status.files) {
    shown.files.push_back({.path = file.file.string(),
                           .is_broken = file.is_broken,
                           .is_last_good = file.is_last_good,
                           .problems = file.problems});
  }
  shown.problems = status.problems;
  shown.reloads = status.reloads;
  shown.failures = status.failures;
  shown.applied_at = status.applied_at;
  return shown;
}

std::map<std::string, metrics::ServiceLoad> Server::Parts::loads() const {
  std::map<std::string, metrics::ServiceLoad> loads;
  for (auto& [slot, load] : metrics::loads_of(workers->shards())) {
    const auto label = service_labels.find(slot);
    if (label == service_labels.end()) continue;
    loads.emplace(label->second.substr(0, label->second.find('@')), std::move(load));
  }
  return loads;
}

/// One that is configured is the only one.
std::filesystem::path Server::Parts::socket_file() const {
  if (!config.admin.unix_path.empty() || state.folder().empty()) return {};
  return state.folder() / StateDir::kAdminSocket;
}

std::filesystem::path Server::Parts::token_file() const {
  if (!config.admin.unix_path.empty()) return {};
  if (!config.admin.token_file.empty()) return config.admin.token_file;
  return state.folder().empty() ? std::filesystem::path() : state.folder() / StateDir::kAdminToken;
}

/// One that nobody asked for is used if it is there.
std::filesystem::path Server::Parts::read_token_file() const {
  if (!config.admin.unix_path.empty()) return {};
  if (!config.admin.read_token_file.empty() || state.folder().empty()) {
    return config.admin.read_token_file;
  }
  std::error_code error;
  const std::filesystem::path file = state.folder() / "admin-read-token";
  return std::filesystem::exists(file, error) ? file : std::filesystem::path();
}

void Server::Parts::begin_stop() {
  if (std::exchange(is_stopping, true)) return;
  front->set_terminating();
  const Milliseconds accept = longest(config.entry_points, &conf::EntryPoint::accept_grace);
  log::info("stopping: accepting for {} ms more, then ending what is in flight", accept.count());
  workers->announce_stop();
  stop_timer.expires_after(accept);
  stop_timer.async_wait([this](boost::system::error_code error) {
    if (!error) stop_accepting();
  });
}

void Server::Parts::stop_accepting() {
  const Milliseconds grace = longest(config.entry_points, &conf::EntryPoint::grace);
  stop_timer.expires_after(grace);
  stop_timer.async_wait([this, grace](boost::system::error_code error) {
    if (error || is_finishing) return;
    log::warn("the grace time of {} ms is over: cutting what is left", grace.count());
    workers->kill();
    finish();
  });
  workers->stop();
}

void Server::Parts::worker_finished() {
  --workers_running;
  if (workers_running == 0 && is_stopping) finish();
}

void Server::Parts::finish() {
  if (std::exchange(is_finishing, true)) return;
  workers->join();
  reload->stop();
  prober->stop();
  checker->stop();
  resolver->stop();
  tick_timer.cancel();
  scaler->stop();
  notifier->stop();
  front->stop();
  end_when_answered(kAnswerRounds);
}

void Server::Parts::end_when_answered(int rounds_left) {
  if (front->connections() == 0 || rounds_left == 0) {
    log::info("stopped");
    control.stop();
    return;
  }
  stop_timer.expires_after(kAnswerRound);
  stop_timer.async_wait([this, rounds_left](boost::system::error_code error) {
    if (!error) end_when_answered(rounds_left - 1);
  });
}

}  // namespace gapura::app
