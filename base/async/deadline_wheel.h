/// Cheap moving time limits: arming a deadline later than it already stands writes one integer.
/// One wheel a loop, one thread. Never early; late by little more than two ticks (110 ms), and by
/// the time for which the loop itself was held up.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>

#include "base/clock.h"

namespace gapura {

class DeadlineWheel;

/// A time limit inside the object that it guards. Not armed at first. Destruction disarms.
class Deadline {
 public:
  using Expire = void (*)(void* owner) noexcept;

  /// `expire(owner)` runs on the loop when the time is up; it may destroy the deadline.
  Deadline(DeadlineWheel& wheel, Expire expire, void* owner) noexcept
      : wheel_(wheel), expire_(expire), owner_(owner) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline();

  /// Due `limit` from now (rounded up to a tick). Arms again if it was armed.
  void arm(Milliseconds limit);
  /// Costs nothing: the node stays filed and is forgotten when its slot comes up.
  void disarm() noexcept { due_tick_ = 0; }
  bool is_armed() const noexcept { return due_tick_ != 0; }

 private:
  friend class DeadlineWheel;
  void unlink() noexcept;

  DeadlineWheel& wheel_;
  Expire expire_;
  void* owner_;
  std::uint64_t due_tick_ = 0;    ///< 0: disarmed
  std::uint64_t filed_tick_ = 0;  ///< the tick whose slot holds the node; 0: in no slot
  Deadline* next_ = nullptr;
  Deadline** link_ = nullptr;     ///< what points at this node
};

class DeadlineWheel {
 public:
  static constexpr Milliseconds kTick{50};
  static constexpr std::size_t kSlots = 512;
  /// A tick may come this late without moving the ticks after it; limits are longer by as much.
  static constexpr Milliseconds kJitter{10};

  explicit DeadlineWheel(boost::asio::io_context& context) : timer_(context) {}
  /// Stops the timer, so that the loop can run out. Deadlines still filed never expire.
  void stop();

  /// Moves time on by one tick and runs what is due. The timer calls this; so do tests.
  void tick();
  /// Deadlines in slots, armed or not.
  std::size_t filed() const noexcept { return filed_; }

 private:
  friend class Deadline;
  void file(Deadline& deadline) noexcept;
  void schedule();
  void await_next_tick();
  void on_timer();

  boost::asio::steady_timer timer_;
  std::array<Deadline*, kSlots> slots_{};
  std::uint64_t now_tick_ = 1;
  TimePoint now_tick_time_{};
  std::size_t filed_ = 0;
  bool ticking_ = false;
  bool stopped_ = false;
};

}  // namespace gapura
