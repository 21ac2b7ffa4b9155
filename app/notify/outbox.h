/// Messages on their way to one receiver, oldest first, one at a time: when the next may be sent,
/// and which are given up. Pure; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace gapura::app {

class Outbox {
 public:
  struct Message {
    std::string body;
    std::uint32_t attempts = 0;  ///< that failed
    friend bool operator==(const Message&, const Message&) = default;
  };

  Outbox(std::size_t messages_max, std::uint32_t retries)
      : messages_max_(messages_max), retries_(retries) {}

  /// False: the oldest one that waited was dropped for it.
  bool add(Message message);
  /// The oldest, to be sent now; nothing: none waits, one is out already, or it is too early.
  std::optional<Message> take(TimePoint now);
  /// When take() is worth a try; nothing: not before something is added or comes back.
  std::optional<TimePoint> next() const;

  // What became of the one that take() gave.
  void delivered();
  /// It comes again after a while: 1 s, doubled with each failure to 5 min, up to a fifth more by
  /// `jitter` (0 to 1); `wait`, if the receiver named one and it is longer (an hour at most).
  /// False: that was its last attempt.
  bool failed(TimePoint now, double jitter, std::optional<Milliseconds> wait);
  /// The receiver will never take it.
  void refused();

  /// All that are not delivered, the one that is out included.
  std::vector<Message> messages() const;
  std::size_t size() const noexcept { return waiting_.size() + (out_ ? 1 : 0); }
  std::uint64_t dropped() const noexcept { return dropped_; }

  static constexpr Milliseconds kFirstWait{1'000};
  static constexpr Milliseconds kLongestWait{5 * 60'000};
  static constexpr Milliseconds kLongestWish{3'600'000};

 private:
  const std::size_t messages_max_;
  const std::uint32_t retries_;
  std::deque<Message> waiting_;
  std::optional<Message> out_;
  TimePoint not_before_{};
  std::uint64_t dropped_ = 0;
};

}  // namespace gapura::app
