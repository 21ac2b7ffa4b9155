/// What one worker keeps about each target: idle links, and the exchanges that use it now.
/// Worker thread only.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>

#include "balancer/snapshot.h"
#include "base/async/loop.h"
#include "proxy/link.h"

namespace gapura::proxy {

class Lease;

struct TargetSlot {
  balancer::TargetRef state;
  Endpoint endpoint;
  Link* idle = nullptr;  ///< newest first (its congestion window is the warmest)
  std::uint32_t idle_count = 0;
  std::uint32_t moves = 0;  ///< how often target or endpoint changed: older links lead elsewhere
  Lease* leases = nullptr;  ///< exchanges in flight here
  /// Its last answer was worth splicing; of the next one little more than the head is read first,
  /// since what has been read cannot be spliced any more.
  bool sends_large = false;
};

class TargetSlots {
 public:
  /// How long an idle link is kept when the target says nothing: below the 5 s of Node, so that
  /// we close first and no request meets a link that is just being closed.
  static constexpr Milliseconds kIdleLimit{4'000};
  static constexpr std::uint32_t kIdleLinksMax = 1024;  ///< a target and worker

  /// How long to keep one whose target said `timeout_s` in Keep-Alive (0: nothing); not above 0:
  /// not at all. We must close first: a second before the target would.
  static Milliseconds idle_limit(unsigned timeout_s) noexcept {
    if (timeout_s == 0) return kIdleLimit;
    return std::min(kIdleLimit, Milliseconds{timeout_s * 1'000} - Milliseconds{1'000});
  }

  explicit TargetSlots(Loop& loop) noexcept : loop_(loop) {}
  TargetSlots(const TargetSlots&) = delete;
  TargetSlots& operator=(const TargetSlots&) = delete;
  ~TargetSlots();

  /// Makes room for the snapshot's targets; closes idle links to what is draining, gone or moved.
  void adopt(const balancer::Snapshot& snapshot);
  TargetSlot& operator[](gapura::TargetSlot slot) { return slots_[index(slot)]; }

  /// An idle link to use, or nullptr. `replayable`: the request could be sent again if the link
  /// turns out to be stale; others get one that is fresh (idle for less than 1 s) and seen open.
  std::unique_ptr<Link> take(TargetSlot& slot, bool replayable, TimePoint now);
  /// Keeps `link` for `limit`, unless the target is draining or has enough.
  void give_back(std::unique_ptr<Link> link, Milliseconds limit, TimePoint now);
  void close_idle(TargetSlot& slot) noexcept;
  void close_all_idle() noexcept;

 private:
  void adopt(const balancer::Target& target);

  Loop& loop_;
  std::deque<TargetSlot> slots_;  // a deque: links and leases refer to their slot
};

/// The right to use a target for one exchange; counts it in flight while held.
class Lease {
 public:
  /// Asked to end by force: a drain's time is up.
  using Cut = void (*)(void* owner) noexcept;

  Lease(TargetSlot& slot, Cut on_cut, void* owner) noexcept;
  /// Goes on with what `from` has, which then holds nothing; from now on `owner` is asked.
  Lease(Lease&& from, Cut on_cut, void* owner) noexcept;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease();

  TargetSlot& slot() const noexcept { return slot_; }
  balancer::TargetState& state() const noexcept { return *state_; }
  /// Leases of the target when this one was taken, with it.
  std::uint32_t count_then() const noexcept { return count_then_; }
  void moved(TimePoint now) noexcept { moved_at_ = now; }
  TimePoint moved_at() const noexcept { return moved_at_; }
  /// The target's time to answer is measured (TargetState::response_time), from `now` to
  /// head_came(); a lease that ends before counts as no good answer.
  void await_head(TimePoint now) noexcept;
  void head_came(unsigned status) noexcept;
  /// An upgraded connection: idle for as long as it likes, until its own drain deadline.
  void mark_upgrade() noexcept;
  bool is_upgrade() const noexcept { return is_upgrade_; }
  Lease* next() const noexcept { return next_; }
  void cut() noexcept {
    was_cut_ = true;
    cut_(owner_);
  }
  /// True when the drain waits for nobody else: control is to be told.
  bool release() noexcept;

 private:
  TargetSlot& slot_;
  balancer::TargetRef state_;
  Cut cut_;
  void* owner_;
  TimePoint moved_at_{};
  TimePoint asked_at_{};  ///< of a request whose head is awaited, and measured
  Lease* next_ = nullptr;
  Lease* previous_ = nullptr;
  std::uint32_t count_then_ = 0;
  bool was_cut_ = false;
  bool is_upgrade_ = false;
  bool is_held_ = true;
  bool awaits_head_ = false;
};

}  // namespace gapura::proxy
