/// From changed files to the registry: reads on the disk thread, applies on the control thread, and
/// says in the log what it did. Control thread, but for what a comment says.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/config_files.h"
#include "balancer/registry.h"
#include "conf/static_config.h"

namespace gapura::app {

class DiskThread;

/// What is in force, and what is wrong with the files it came from.
struct ConfigStatus {
  Version version{};
  std::chrono::system_clock::time_point applied_at{};  ///< of the last reading without errors
  std::uint64_t reloads = 0;                           ///< configurations put in force
  std::uint64_t failures = 0;                          ///< readings that found a broken file
  std::vector<FileStatus> files;
  conf::Problems problems;  ///< of all files and of the whole
};

class ConfigReload {
 public:
  struct Settings {
    conf::FileProvider provider;
    std::vector<std::string> entry_points;  ///< names
    std::filesystem::path last_good;        ///< folder for copies; empty: none
    std::function<void()> applied;          ///< after each change of the registry's files
    /// Something else is in force, or it has fewer faults; in words, as in the log.
    std::function<void(const std::string& change)> changed = [](const std::string&) {};
    /// Mistakes that were not told before, and files that are newly broken. The log has both.
    std::function<void(const std::vector<std::string>& files, const conf::Problems& problems)>
        broken = [](const std::vector<std::string>&, const conf::Problems&) {};
  };
  /// What is given by reference must outlive this object and the disk thread's loop.
  ConfigReload(boost::asio::io_context& control, DiskThread& disk, balancer::Registry& registry,
               Settings settings);
  ~ConfigReload();

  /// Reads and applies at once, on the calling thread. Once, before the control loop runs.
  void load_now();
  void start_watching();
  /// Reads again, whether or not something seems changed, and says so when nothing was. `done` is
  /// called when it is in force.
  void request(std::function<void()> done);
  /// The JSON of the provider rest: merged with the files from now on. `done` is called when it is
  /// in force, or could not be read.
  void take_rest(std::string json, std::function<void(conf::DynamicResult)> done);
  /// Nothing is read or applied from here on. The disk thread must be stopped before destruction.
  void stop();

  const ConfigStatus& status() const noexcept { return status_; }

 private:
  struct DiskSide;
  void apply(LoadedConfig loaded);
  void report(const LoadedConfig& loaded, const conf::DynamicConfig& before, bool is_changed);
  void report_unchanged() const;
  void report_problems(const conf::Problems& before) const;

  boost::asio::io_context& control_;
  DiskThread& disk_;
  balancer::Registry& registry_;
  Settings settings_;
  std::shared_ptr<DiskSide> disk_side_;
  conf::DynamicConfig in_force_;
  ConfigStatus status_;
  conf::Problems rule_problems_;  ///< of the registry, about `in_force_`
  bool is_first_ = true;
  bool is_stopped_ = false;
};

}  // namespace gapura::app
