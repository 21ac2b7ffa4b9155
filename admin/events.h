/// GET /api/v1/events: what happens, live as server-sent events or page by page as JSON. Control
/// thread only.
#pragma once

#include <functional>
#include <memory>

#include "admin/event_feed.h"
#include "admin/live_stats.h"
#include "admin/message.h"
#include "admin/query.h"

namespace gapura::admin {

class Events {
 public:
  /// `registry` must outlive the io_context's last run.
  Events(const balancer::Registry& registry, LoadDoor loads);

  void add(const Happening& what) { feed_->add(what, std::chrono::system_clock::now()); }

  /// A GET; `query` may have "after" and "limit". With Accept: text/event-stream a stream from the
  /// event that Last-Event-ID or ?after= names, or from now on; 503 when there are kStreamsMax.
  /// Else {"events", "next"} of at most ?limit= events: those after ?after=, or the newest; with
  /// "reset": true where events in between are lost.
  Response answer(const Request& request, const QueryValues& query);

  std::size_t streams() const noexcept { return static_cast<std::size_t>(open_.use_count()) - 1; }

  static constexpr std::size_t kStreamsMax = 32;
  static constexpr std::size_t kLimitDefault = 100;

 private:
  Response page(const std::string* after, std::size_t limit) const;
  Response stream(const std::string& after);

  /// Shared with the streams, which may be destroyed later than we are.
  std::shared_ptr<EventFeed> feed_;
  std::shared_ptr<LiveStats> stats_;
  std::shared_ptr<const char> open_;  ///< every stream holds it, and so is counted
};

}  // namespace gapura::admin
