/// Keeps the addresses of targets named by a host name. Control thread; never blocks it (the
/// system's resolver runs on asio's own thread).
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "balancer/target.h"
#include "base/clock.h"
#include "base/net/endpoint.h"

namespace gapura::proxy {

class Resolver {
 public:
  struct Settings {
    /// Targets whose URL holds a name.
    std::function<std::vector<balancer::TargetRef>()> named;
    std::function<void(const balancer::TargetRef&, const Endpoint&)> resolved;
    Milliseconds every{30'000};
    Milliseconds retry{5'000};  ///< for a name that has never had an address
  };
  Resolver(boost::asio::io_context& loop, Settings settings);
  ~Resolver();

  /// Resolves everything now, then every 30 s.
  void start();
  /// There may be new names: looks up those that are not known yet.
  void look();
  /// The last address of the target; unset when there is none. A name that stops resolving keeps
  /// it.
  Endpoint known(const balancer::TargetRef& target) const;
  void stop();

 private:
  struct Names;
  std::shared_ptr<Names> names_;
};

}  // namespace gapura::proxy
