/// The folder for state with its lock, and the overlay's way to the disk. Control thread, but for
/// what happens on the disk thread inside.
#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "app/state_dir.h"
#include "app/state_store.h"
#include "balancer/overlay.h"
#include "conf/static_config.h"

namespace gapura::app {

class DiskThread;

class StateKeeper {
 public:
  /// What is given by reference must outlive this object and the disk thread's loop.
  StateKeeper(boost::asio::io_context& control, DiskThread& disk)
      : control_(control), disk_(disk) {}

  struct Opened {
    std::string error;  ///< must not go on: two processes would share the folder
    std::vector<std::string> warnings;
    balancer::Overlay overlay;  ///< as it was saved
  };
  /// Blocks. Once, before the control loop runs.
  Opened open(const conf::StaticConfig& config);

  /// Makes `overlay` durable, then calls back on the control thread. Failures are logged too.
  void save(balancer::Overlay overlay, std::function<void(std::error_code)> done);

  /// Empty: there is none.
  const std::filesystem::path& folder() const noexcept { return folder_; }
  /// Folder for copies of configuration files; empty: none.
  std::filesystem::path last_good() const;

 private:
  boost::asio::io_context& control_;
  DiskThread& disk_;
  std::optional<StateDir> dir_;
  std::filesystem::path folder_;
};

}  // namespace gapura::app
