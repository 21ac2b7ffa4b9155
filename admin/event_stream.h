/// One reader's view of the feed as server-sent events (WHATWG HTML 9.2). It holds a place in the
/// feed and no events, so a slow reader costs no memory: what it misses it is told to load anew.
/// Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "admin/event_feed.h"
#include "admin/live_stats.h"
#include "admin/message.h"
#include "base/clock.h"

namespace gapura::admin {

class EventStream {
 public:
  /// Begins after the event `after`; empty: with what comes from now on. `open` is held.
  EventStream(std::shared_ptr<EventFeed> feed, std::shared_ptr<LiveStats> stats,
              const std::string& after, std::shared_ptr<const char> open);

  /// Waits until there is something to send; see Response::more.
  boost::asio::awaitable<std::string> next(std::shared_ptr<Departure> departure);

  /// What is to be sent now, often nothing; at most some kPieceBytes at once.
  std::string due(TimePoint now);

  static constexpr Milliseconds kHeartbeat{15'000};
  static constexpr std::size_t kPieceBytes = 64 << 10;
  static constexpr Milliseconds kRetry{2'000};  ///< after which a reader comes back

 private:
  void append_events(std::string& piece);
  void append_reset(std::string& piece);

  const std::shared_ptr<EventFeed> feed_;
  const std::shared_ptr<LiveStats> stats_;
  const std::shared_ptr<const char> open_;
  std::optional<EventFeed::Place> place_;  ///< nothing: what follows the last one sent is lost
  bool has_begun_ = false;
  TimePoint stats_due_{};
  TimePoint heartbeat_due_{};
};

}  // namespace gapura::admin
