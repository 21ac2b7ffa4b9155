/// Name lookups off the loop: getaddrinfo(3) on a thread for each, a few at a time. It cannot be
/// interrupted and may take half a minute, so nobody ever waits for such a thread: one name that is
/// not answered holds up neither the others nor the end of the process. (asio's resolver has one
/// thread for all lookups, and joins it.)
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/net/endpoint.h"

namespace gapura {

/// The loop's thread.
class Lookups {
 public:
  /// `error`: empty, or why there are no addresses.
  using Done = std::function<void(const std::string& error, const std::vector<Endpoint>& found)>;

  explicit Lookups(boost::asio::any_io_executor loop);
  /// What is under way is forgotten: `done` is not called any more.
  ~Lookups();
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;

  /// Calls `done` on the loop. False: as many as may be are under way; try again later.
  bool start(const std::string& host, std::uint16_t port, Done done);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

/// Like Lookups::start.
using Lookup = std::function<bool(const std::string& host, std::uint16_t port, Lookups::Done done)>;

}  // namespace gapura
