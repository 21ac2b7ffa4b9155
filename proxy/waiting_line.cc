#include "proxy/waiting_line.h"

#include <atomic>

#include "proxy/client_connection.h"
#include "proxy/worker.h"

namespace gapura::proxy {

void WaitingLine::has_room() {
  std::atomic_thread_fence(std::memory_order_seq_cst);  // see QueueState
  if (state_ == nullptr || state_->length() == 0) return;
  const auto longest = state_->longest_waiting();
  if (!longest) return;
  if (*longest == worker_.number()) {
    try_first();
  } else {
    worker_.peer(*longest).let_try(service_);
  }
}

void WaitingLine::try_first() {
  // Not at once: whoever made room may be in the middle of something.
  if (first_ != nullptr) worker_.wake_later(first_->client_);
}

void WaitingLine::announce_first() noexcept {
  if (first_ != nullptr) {
    state_->set_oldest(worker_.number(), first_->since_);
  } else {
    state_->set_none(worker_.number());
  }
}

WaitingLine::Place::Place(WaitingLine& line, ClientConnection& client,
                          std::uint32_t length_max) noexcept
    : line_(line), client_(client), since_(Clock::now()) {
  if (line.state_ == nullptr || !line.state_->enter(length_max)) return;
  is_taken_ = true;
  previous_ = line.last_;
  (previous_ != nullptr ? previous_->next_ : line.first_) = this;
  line.last_ = this;
  if (previous_ == nullptr) line.announce_first();
  std::atomic_thread_fence(std::memory_order_seq_cst);  // see QueueState
}

WaitingLine::Place::~Place() {
  if (!is_taken()) return;
  const bool was_first = is_first();
  (previous_ != nullptr ? previous_->next_ : line_.first_) = next_;
  (next_ != nullptr ? next_->previous_ : line_.last_) = previous_;
  if (was_first) line_.announce_first();
  line_.state_->leave(Clock::now() - since_);
  // There may be room for one more; and a wake-up that was meant for this one must not end here.
  line_.has_room();
}

}  // namespace gapura::proxy
