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
      (std::max(limit, Milliseconds{0}) + DeadlineWheel::kJitter + DeadlineWheel::kTick -
       Milliseconds{1}) /
      DeadlineWheel::kTick);
  // One tick more: the current one has partly passed already.
  wheel_.schedule();
  due_tick_ = wheel_.now_tick_ + ticks + 1;
  if (filed_tick_ != 0 && filed_tick_ <= due_tick_) return;
  unlink();
  wheel_.file(*this);
}

void DeadlineWheel::file(Deadline& deadline) noexcept {
  // Further away than a turn of the wheel: filed in its last slot, and again from there.
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
  await_next_tick();
}

void DeadlineWheel::await_next_tick() {
  struct OnTimer {
    DeadlineWheel* wheel;
    void operator()(const boost::system::error_code& error) const {
      if (!error) wheel->on_timer();
    }
  };
  timer_.expires_at(now_tick_time_ + kTick);
  timer_.async_wait(OnTimer{this});
}

void DeadlineWheel::on_timer() {
  const TimePoint now = Clock::now();
  // ticking_ stays true meanwhile: an expiry that arms a deadline must not start the timer anew.
  tick();
  if (filed_ == 0 || stopped_) {
    ticking_ = false;
    return;
  }
  // A loop that was held up did not look at its sockets either, so that time does not count: what
  // its peers sent meanwhile may lie in the buffers.
  now_tick_time_ = std::max(now_tick_time_ + kTick, now - kJitter);
  await_next_tick();
}

void DeadlineWheel::stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace gapura
