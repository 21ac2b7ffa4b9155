/// A small HTTP server for `gapura demo`: answers after a fixed time and says who it is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"

namespace gapura::app {

/// Runs on a thread of its own from construction to destruction, on a free port of 127.0.0.1.
class DemoTarget {
 public:
  /// Throws std::system_error when it cannot listen.
  DemoTarget(std::string name, Milliseconds delay);
  ~DemoTarget();

  const std::string& name() const noexcept { return name_; }
  Milliseconds delay() const noexcept { return delay_; }
  std::uint16_t port() const noexcept;
  std::string authority() const { return "127.0.0.1:" + std::to_string(port()); }

 private:
  struct Service;
  const std::string name_;
  const Milliseconds delay_;
  std::unique_ptr<Service> service_;
};

}  // namespace gapura::app
