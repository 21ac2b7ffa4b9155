/// Waiting, in a coroutine, until something is so. One io_context, one thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "admin/message.h"
#include "base/clock.h"

namespace gapura::admin {

enum class Waited { met, departed, timed_out };

/// Everybody waiting looks again whenever notify() is called. May be destroyed while coroutines
/// still wait: their frames keep the list that they are in.
class Condition {
 public:
  Condition();

  /// Waits until `is_met` says so. `departure` ends the wait too, and may be null. `is_met` is
  /// called often and must be cheap; what it refers to must outlive the wait.
  boost::asio::awaitable<Waited> until(std::function<bool()> is_met,
                                       std::shared_ptr<Departure> departure, TimePoint deadline);
  void notify();

  static constexpr TimePoint kNever = TimePoint::max();

 private:
  struct Waiting;
  std::shared_ptr<Waiting> waiting_;
};

/// One at a time, in the order of asking.
class Turns {
 public:
  /// The turn; the next one begins when it is destroyed.
  class Turn {
   public:
    Turn(std::shared_ptr<Condition> changed, std::shared_ptr<std::uint64_t> now_serving);
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    std::shared_ptr<Condition> changed_;
    std::shared_ptr<std::uint64_t> now_serving_;
  };
  Turns();
  boost::asio::awaitable<Turn> take();

 private:
  std::shared_ptr<Condition> changed_;
  std::shared_ptr<std::uint64_t> now_serving_;
  std::uint64_t next_ticket_ = 0;
};

}  // namespace gapura::admin
