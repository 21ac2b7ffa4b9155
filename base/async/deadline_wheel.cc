#include "base/async/deadline_wheel.h"

#include <algorithm>

namespace gapura {

Deadline::~Deadline() { unlink(); }

void Deadline::unlink() noexcept {
  if (filed_tick_ == 0) return;
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  filed_tick_ = 0;
  --wheel_.filed_;
}

void Deadline::arm(Milliseconds limit) {
  const auto ticks = static_cast<std::uint64_t>(
      (std::max(limit, Milliseconds{0}) + DeadlineWheel::kTick - Milliseconds{1}) /
      DeadlineWheel::kTick);
  // One tick more: the current one has partly passed already.
  wheel_.schedule();
  due_tick_ = wheel_.now_tick_ + ticks + 1;
  if (filed_tick_ != 0 && filed_tick_ <= due_tick_) return;
  unlink();
  wheel_.file(*this);
}

void DeadlineWheel::file(Deadline& deadline) noexcept {
  // Further away than a turn of the wheel: filed in the last slot of this turn, and again from there.
  deadline.filed_tick_ = std::min(deadline.due_tick_, now_tick_ + kSlots - 1);
  Deadline*& head = slots_[deadline.filed_tick_ % kSlots];
  deadline.next_ = head;
  deadline.link_ = &head;
  if (head != nullptr) head->link_ = &deadline.next_;
  head = &deadline;
  ++filed_;
}

void DeadlineWheel::tick() {
  ++now_tick_;
  Deadline*& slot = slots_[now_tick_ % kSlots];
  // Taken one by one from the head, since an expiry may destroy any other deadline of the slot.
  while (slot != nullptr) {
    Deadline& deadline = *slot;
    deadline.unlink();
    if (!deadline.is_armed()) continue;
    if (deadline.due_tick_ > now_tick_) {
      file(deadline);
      // A full turn away lands in another slot (kSlots - 1), so this loop ends.
      continue;
    }
    deadline.due_tick_ = 0;
    deadline.expire_(deadline.owner_);
  }
}

void DeadlineWheel::schedule() {
  if (ticking_ || stopped_) return;
  ticking_ = true;
  now_tick_time_ = Clock::now();
  timer_.expires_at(now_tick_time_ + kTick);
  struct OnTimer {
    DeadlineWheel* wheel;
    void operator()(const boost::system::error_code& error) const {
      wheel->ticking_ = false;
      if (error || wheel->stopped_) return;
      const TimePoint now = Clock::now();
      TimePoint time = wheel->now_tick_time_;
      while (time + kTick <= now) {
        time += kTick;
        wheel->tick();
      }
      if (wheel->filed_ == 0) return;
      wheel->ticking_ = true;
      wheel->now_tick_time_ = time;
      wheel->timer_.expires_at(time + kTick);
      wheel->timer_.async_wait(*this);
    }
  };
  timer_.async_wait(OnTimer{this});
}

void DeadlineWheel::stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace gapura
