/// Prometheus' file_sd of our targets, kept as they are. Control thread, but for the writing, which
/// happens on the disk thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "balancer/registry.h"
#include "conf/hooks.h"

namespace gapura::app {

class DiskThread;

class TargetsFile {
 public:
  /// What is given by reference must outlive this object and the disk thread's loop.
  TargetsFile(boost::asio::io_context& control, DiskThread& disk, conf::TargetsFile wanted,
              std::function<std::vector<balancer::ServiceView>()> services);

  /// The targets may have changed: writes the file soon, if it would be another one.
  void look();
  /// Call every second or so: what could not be written is tried again.
  void tick();

 private:
  void write();
  void written(std::string text, std::error_code error);

  boost::asio::io_context& control_;
  DiskThread& disk_;
  const conf::TargetsFile wanted_;
  std::function<std::vector<balancer::ServiceView>()> services_;
  std::string text_;  ///< of the file, as far as we know; empty: not written yet
  std::error_code fault_;
  bool is_due_ = false;
  bool is_writing_ = false;
};

}  // namespace gapura::app
