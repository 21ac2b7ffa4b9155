#include "admin/event_stream.h"

#include <algorithm>
#include <utility>

namespace gapura::admin {
namespace net = boost::asio;

EventStream::EventStream(std::shared_ptr<EventFeed> feed, std::shared_ptr<LiveStats> stats,
                         const std::string& after, std::shared_ptr<const char> open)
    : feed_(std::move(feed)),
      stats_(std::move(stats)),
      open_(std::move(open)),
      place_(after.empty() ? feed_->end() : feed_->place_of(after)) {}

net::awaitable<std::string> EventStream::next(std::shared_ptr<Departure> departure) {
  for (;;) {
    if (departure->has_happened()) co_return std::string();
    std::string piece = due(Clock::now());
    if (!piece.empty()) co_return piece;
    std::function<bool()> has_news = [this] { return place_ != feed_->end(); };
    const TimePoint wake = std::min(stats_due_, heartbeat_due_);
    co_await feed_->changed().until(std::move(has_news), departure, wake);
  }
}

std::string EventStream::due(TimePoint now) {
  std::string piece;
  if (!has_begun_) {
    // An id at once: whoever loses the connection before anything happens can say where it was.
    piece = "retry: " + std::to_string(kRetry.count()) + "\n";
    if (place_) piece += "id: " + feed_->id_of(*place_) + "\n";
    piece += "\n";
    heartbeat_due_ = now + kHeartbeat;
    has_begun_ = true;
  }
  // A reader so slow that the feed has gone on without it.
  if (place_ && *place_ < feed_->begin()) place_.reset();
  if (!place_) append_reset(piece);
  append_events(piece);
  if (now >= stats_due_) {
    const std::string& stats = stats_->text(now, std::chrono::system_clock::now());
    piece.append("event: stats\ndata: ").append(stats).append("\n\n");
    stats_due_ = now + LiveStats::kEvery;
  }
  if (now >= heartbeat_due_) {
    piece.append(": still here\n\n");
    heartbeat_due_ = now + kHeartbeat;
  }
  return piece;
}

void EventStream::append_events(std::string& piece) {
  while (*place_ < feed_->end() && piece.size() < kPieceBytes) {
    const std::string& event = feed_->after(*place_);
    ++*place_;
    piece.append("id: ").append(feed_->id_of(*place_));
    piece.append("\ndata: ").append(event).append("\n\n");
  }
}

void EventStream::append_reset(std::string& piece) {
  place_ = feed_->end();
  const std::string id = feed_->id_of(*place_);
  piece.append("id: ").append(id).append("\nevent: reset\ndata: {\"next\":\"").append(id);
  piece.append(
      "\",\"reason\":\"events in between are not known any more: load the state anew\"}\n\n");
}

}  // namespace gapura::admin
