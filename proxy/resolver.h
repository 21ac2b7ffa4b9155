/// Keeps what the names in targets' URLs stand for. Control thread; never blocks it (Lookups).
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/net/endpoint.h"
#include "conf/dynamic_config.h"
#include "base/net/lookups.h"

namespace gapura::proxy {

class Resolver {
 public:
  struct Settings {
    /// URLs that hold a name, each once.
    std::function<std::vector<conf::ServerUrl>()> named;
    /// All addresses of an authority ("app.internal:3000"), whenever they have changed: each once,
    /// in an order that does not depend on the answer's. None: nobody names it any more. A name
    /// that stops resolving keeps its last ones, so nothing is said then.
    std::function<void(const std::string& authority, std::vector<Endpoint>)> resolved;
    Milliseconds every{30'000};
    Milliseconds retry{5'000};  ///< for a name that has never had an address
    Lookup lookup{};            ///< Lookups::start unless given
  };
  Resolver(boost::asio::io_context& loop, Settings settings);
  ~Resolver();

  /// Resolves everything now, then every 30 s.
  void start();
  /// There may be new names: looks up those that are not known yet.
  void look();
  void stop();

 private:
  struct Names;
  std::shared_ptr<Names> names_;
};

/// What counts of a lookup's answer: each address once, sorted, and of one family only, because a
/// server that has both would be two targets. That is the family of `known` if there is such an
/// address, else that of the first, which is the one that the system prefers (RFC 6724).
std::vector<Endpoint> usable_addresses(const std::vector<Endpoint>& found,
                                       const std::vector<Endpoint>& known);

}  // namespace gapura::proxy
