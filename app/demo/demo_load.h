/// Users of the demo: each asks, waits for the answer, checks it, thinks for a tenth of a second
/// and asks again (a closed loop, so that there are never more requests under way than users,
/// however slow the answers are). One thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"

namespace gapura::app {

/// What was counted; the rate and the percentile are of the last three seconds.
struct LoadFigures {
  std::uint64_t requests = 0;  ///< that ended
  std::uint64_t failed = 0;    ///< of these: no answer, or not the right one
  std::string first_failure{};
  double rate = 0;      ///< requests a second
  Milliseconds p95{0};  ///< 0: there was no request
};

class DemoLoad {
 public:
  static constexpr std::uint32_t kUsersMax = 10;

  /// POSTs to 127.0.0.1:`port`. `loop` outlives it, and has run out before it ends.
  DemoLoad(boost::asio::io_context& loop, std::uint16_t port);
  ~DemoLoad();

  void start();
  /// So many at once from now on, kUsersMax at most.
  void set_users(std::uint32_t count);
  /// Nobody asks any more; who waits for an answer goes on waiting, half a minute at most.
  void stop();
  bool has_ended() const;
  LoadFigures figures(TimePoint now) const;

 private:
  struct Users;
  std::unique_ptr<Users> users_;
};

}  // namespace gapura::app
