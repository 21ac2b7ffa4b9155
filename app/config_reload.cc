#include "app/config_reload.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <utility>

#include "app/config_change.h"
#include "app/config_watch.h"
#include "app/disk_thread.h"
#include "base/log.h"
#include "base/plural.h"

namespace gapura::app {
namespace {

constexpr Milliseconds kSecondLook{500};

std::size_t errors_in(const conf::Problems& problems) {
  return static_cast<std::size_t>(
      std::ranges::count(problems, conf::Severity::error, &conf::Problem::severity));
}

/// "; 1 error and 2 warnings", or nothing.
std::string describe_faults(const conf::Problems& problems) {
  if (problems.empty()) return {};
  const std::size_t errors = errors_in(problems);
  return "; " + counted(errors, "error") + " and " + counted(problems.size() - errors, "warning");
}

}  // namespace

/// What lives on the disk thread, from start_watching() on.
struct ConfigReload::DiskSide : std::enable_shared_from_this<DiskSide> {
  DiskSide(boost::asio::io_context& loop, const Settings& settings)
      : files(settings.provider, settings.entry_points, settings.last_good), second_look(loop) {}

  /// Reads, hands over, and looks once more at files that suddenly are empty.
  void load(const std::function<void()>& done) {
    LoadedConfig loaded = files.load();
    if (loaded.has_suspect) look_again();
    deliver(std::move(loaded), done);
  }
  void look_again() {
    second_look.expires_after(kSecondLook);
    second_look.async_wait([here = weak_from_this()](boost::system::error_code error) {
      if (const auto side = here.lock(); side && !error) side->load({});
    });
  }

  ConfigFiles files;
  std::optional<ConfigWatch> watch;
  boost::asio::steady_timer second_look;
  std::function<void(LoadedConfig, std::function<void()> done)> deliver;
};

ConfigReload::ConfigReload(boost::asio::io_context& control, DiskThread& disk,
                           balancer::Registry& registry, Settings settings)
    : control_(control),
      disk_(disk),
      registry_(registry),
      settings_(std::move(settings)),
      disk_side_(std::make_shared<DiskSide>(disk.context(), settings_)) {
  disk_side_->deliver = [this](LoadedConfig loaded, std::function<void()> done) {
    boost::asio::post(control_,
                      [this, loaded = std::move(loaded), done = std::move(done)]() mutable {
                        if (is_stopped_) return;
                        apply(std::move(loaded));
                        if (done) done();
                      });
  };
}

ConfigReload::~ConfigReload() = default;

void ConfigReload::load_now() {
  LoadedConfig loaded = disk_side_->files.load();
  if (loaded.has_suspect) {
    disk_.post([side = disk_side_] { side->look_again(); });
  }
  apply(std::move(loaded));
}

void ConfigReload::start_watching() {
  if (!settings_.provider.watch) return;
  disk_.post([side = disk_side_, &loop = disk_.context(), provider = settings_.provider] {
    ConfigWatch::Callbacks callbacks{
        .changed = [side_ptr = side.get()] { side_ptr->load({}); },
        .complain = [](const std::string& text) { log::warn("{}", text); }};
    side->watch.emplace(loop, provider, std::move(callbacks), ConfigWatch::Pace{});
    side->watch->start();
    // What changed between the first reading and the watch.
    side->load({});
  });
}

void ConfigReload::request(std::function<void()> done) {
  // Both are called on the control thread, where whatever else was read meanwhile has spoken
  // itself.
  auto then = [this, reloads = status_.reloads, done = std::move(done)] {
    if (status_.reloads == reloads) report_unchanged();
    if (done) done();
  };
  disk_.post([side = disk_side_, then = std::move(then)] { side->load(then); });
}

void ConfigReload::take_rest(std::string json, std::function<void(conf::DynamicResult)> done) {
  disk_.post([this, side = disk_side_, json = std::move(json), done = std::move(done)] {
    auto taken = std::make_shared<const conf::DynamicResult>(side->files.take_rest(json));
    auto then = [done, taken] { done(*taken); };
    if (taken->is_usable) return side->load(then);
    boost::asio::post(control_, then);
  });
}

void ConfigReload::stop() {
  is_stopped_ = true;
  disk_.post([side = disk_side_] {
    side->watch.reset();
    side->second_look.cancel();
  });
}

void ConfigReload::apply(LoadedConfig loaded) {
  const conf::Problems problems_before = std::exchange(status_.problems, {});
  const bool is_changed = is_first_ || loaded.config != in_force_;
  const conf::DynamicConfig before =
      is_changed ? std::exchange(in_force_, loaded.config) : in_force_;
  if (is_changed) {
    rule_problems_ = registry_.set_files(loaded.config, Clock::now());
    ++status_.reloads;
  }
  status_.version = registry_.version();
  status_.problems = loaded.problems;
  conf::add_untold(status_.problems, rule_problems_);
  const bool is_broken = std::ranges::any_of(loaded.files, &FileStatus::is_broken);
  const bool is_news = is_changed || status_.files != loaded.files;
  if (is_broken && is_news) ++status_.failures;
  // A file that suddenly is empty is no success: whether it is believed is seen at the second look.
  if (errors_in(status_.problems) == 0 && !loaded.has_suspect) {
    status_.applied_at = std::chrono::system_clock::now();
  }
  status_.files = loaded.files;
  report(loaded, before, is_changed);
  report_problems(problems_before);
  // A broken file that is as it was again changes nothing, but whoever shows its mistakes must
  // know.
  if (!is_changed && status_.problems.size() < problems_before.size()) {
    const std::string faults = describe_faults(status_.problems);
    settings_.changed(fmt::format("configuration version {} stays in force{}",
                                  index(status_.version),
                                  faults.empty() ? ", and has no faults now" : faults));
  }
  is_first_ = false;
  if (is_changed && settings_.applied) settings_.applied();
}

void ConfigReload::report(const LoadedConfig& loaded, const conf::DynamicConfig& before,
                          bool is_changed) {
  for (const std::string& note : loaded.notes) log::warn("{}", note);
  if (!is_changed) return;
  const std::string faults = describe_faults(status_.problems);
  std::string what =
      is_first_ ? describe_size(loaded.config) : describe_change(before, loaded.config);
  if (what.empty()) what = "nothing but places in the files changed";
  const std::string text =
      fmt::format("configuration version {} in force: {}{}", index(status_.version), what, faults);
  log::info("{}", text);
  settings_.changed(text);
}

void ConfigReload::report_unchanged() const {
  log::info("read again: configuration version {} stays in force, nothing in it changed{}",
            index(status_.version), describe_faults(status_.problems));
}

/// Said once, until the file changes: a mistake must not fill the log.
void ConfigReload::report_problems(const conf::Problems& before) const {
  std::vector<std::string> broken_files;
  conf::Problems errors;
  for (const conf::Problem& problem : status_.problems) {
    if (std::ranges::find(before, problem) != before.end()) continue;
    if (problem.severity == conf::Severity::error) {
      log::error("{}", problem.to_string());
      errors.push_back(problem);
    } else {
      log::warn("{}", problem.to_string());
    }
  }
  for (const FileStatus& file : status_.files) {
    const bool is_told = std::ranges::any_of(before, [&](const conf::Problem& problem) {
      return std::ranges::find(file.problems, problem) != file.problems.end();
    });
    if (file.is_broken && !is_told) {
      broken_files.push_back(file.file.string());
      log::error("{}: {}", file.file.string(),
                 file.is_last_good ? "its last good version stays in force"
                                   : "nothing of it is in force, and there is no earlier version");
    }
  }
  if (!broken_files.empty() || !errors.empty()) settings_.broken(broken_files, errors);
  if (!before.empty() && status_.problems.empty()) log::info("the configuration has no faults now");
}

}  // namespace gapura::app
