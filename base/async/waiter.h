/// Waiting for one of several things, without a coroutine or a timer for each: whatever may happen
/// calls wake(), and the one coroutine that waits looks again at everything it cares about.
/// One thread.
#pragma once

#include <coroutine>
#include <utility>

namespace gapura {

class Waiter {
 public:
  /// Resumes the waiting coroutine now, or lets its next wait return at once.
  void wake() {
    if (!waiting_) {
      woken_ = true;
      return;
    }
    std::exchange(waiting_, nullptr).resume();
  }

  struct Awaiter {
    Waiter& waiter;
    bool await_ready() const noexcept { return std::exchange(waiter.woken_, false); }
    void await_suspend(std::coroutine_handle<> caller) const noexcept { waiter.waiting_ = caller; }
    void await_resume() const noexcept {}
  };
  /// Returns after the next wake(), or at once if there was one since the last wait.
  Awaiter wait() noexcept { return Awaiter{*this}; }

 private:
  std::coroutine_handle<> waiting_;
  bool woken_ = false;
};

}  // namespace gapura
