#include "base/async/task.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "base/async/waiter.h"

namespace gapura {
namespace {

Task<int> at_once(int value) { co_return value; }

Task<int> add_three(int value) {
  const int one = co_await at_once(value);
  const int two = co_await at_once(one + 1);
  co_return two + 2;
}

/// Address of a local of the function that runs now: how deep the stack is.
__attribute__((noinline)) std::uintptr_t stack_depth() {
  volatile char here = 0;
  return reinterpret_cast<std::uintptr_t>(&here);
}

Detached run_into(Task<int> task, int& result) { result = co_await std::move(task); }

Detached await_many(long times, long& sum, std::uintptr_t& lowest, std::uintptr_t& highest) {
  for (long i = 0; i < times; ++i) {
    sum += co_await add_three(0);
    const std::uintptr_t depth = stack_depth();
    lowest = std::min(lowest, depth);
    highest = std::max(highest, depth);
  }
}

TEST(Task, GivesItsValue) {
  int result = 0;

  run_into(add_three(4), result);

  EXPECT_EQ(result, 7);
}

TEST(Task, StartsOnlyWhenAwaited) {
  bool has_run = false;
  struct Sets {
    static Task<int> flag(bool& has_run) {
      has_run = true;
      co_return 0;
    }
  };
  int result = -1;

  Task<int> task = Sets::flag(has_run);
  EXPECT_FALSE(has_run);
  run_into(std::move(task), result);

  EXPECT_TRUE(has_run);
}

TEST(Task, UnawaitedTaskIsFreed) {
  const auto shared = std::make_shared<int>(1);
  struct Holds {
    static Task<int> it(std::shared_ptr<int> held) { co_return *held; }
  };
  {
    const Task<int> task = Holds::it(shared);
    EXPECT_EQ(shared.use_count(), 2);
  }
  EXPECT_EQ(shared.use_count(), 1);
}

TEST(Task, AMillionAwaitsThatEndAtOnceDoNotGrowTheStack) {
  long sum = 0;
  std::uintptr_t lowest = UINTPTR_MAX;
  std::uintptr_t highest = 0;

  await_many(1'000'000, sum, lowest, highest);

  EXPECT_EQ(sum, 3'000'000);
  EXPECT_LT(highest - lowest, 4'096u);
}

Task<std::string> wait_then(Waiter& waiter, std::string value) {
  co_await waiter.wait();
  co_return value;
}

Task<std::string> wait_deep(Waiter& waiter, int depth) {
  if (depth == 0) {
    std::string bottom = co_await wait_then(waiter, "x");
    co_return bottom;
  }
  std::string below = co_await wait_deep(waiter, depth - 1);
  co_return below + "y";
}

Detached run_text(Task<std::string> task, std::string& result) {
  result = co_await std::move(task);
}

TEST(Task, SuspendedCallsResumeInTheOrderTheyWereCalled) {
  Waiter waiter;
  std::string result = "unset";

  run_text(wait_deep(waiter, 3), result);
  EXPECT_EQ(result, "unset");
  waiter.wake();

  EXPECT_EQ(result, "xyyy");
}

Detached loop_over_suspensions(Waiter& waiter, int times, int& done, std::uintptr_t& lowest,
                               std::uintptr_t& highest) {
  for (int i = 0; i < times; ++i) {
    const std::string one = co_await wait_deep(waiter, 2);
    done += static_cast<int>(one.size()) == 3;
    const std::uintptr_t depth = stack_depth();
    lowest = std::min(lowest, depth);
    highest = std::max(highest, depth);
  }
}

TEST(Task, StackStaysFlatWhenEveryAwaitSuspends) {
  Waiter waiter;
  int done = 0;
  std::uintptr_t lowest = UINTPTR_MAX;
  std::uintptr_t highest = 0;

  loop_over_suspensions(waiter, 100'000, done, lowest, highest);
  for (int i = 0; i < 100'000; ++i) waiter.wake();

  EXPECT_EQ(done, 100'000);
  EXPECT_LT(highest - lowest, 16'384u);
}

/// A coroutine that its owner may destroy while it is suspended.
struct Owned {
  struct promise_type {
    Owned get_return_object() {
      return Owned{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
  explicit Owned(std::coroutine_handle<promise_type> made) : handle(made) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { handle.destroy(); }
  std::coroutine_handle<promise_type> handle;
};

Task<int> hold_while_waiting(Waiter& waiter, std::shared_ptr<int> held) {
  co_await waiter.wait();
  co_return *held;
}

Owned outermost(Waiter& waiter, std::shared_ptr<int> held, bool& has_ended) {
  const int value = co_await hold_while_waiting(waiter, held);
  has_ended = value != 0;
}

TEST(Task, DestroyingASuspendedCallerFreesTheWholeChain) {
  const auto held = std::make_shared<int>(1);
  bool has_ended = false;
  {
    Waiter waiter;
    const Owned chain = outermost(waiter, held, has_ended);
    EXPECT_GT(held.use_count(), 2);
  }

  EXPECT_EQ(held.use_count(), 1);
  EXPECT_FALSE(has_ended);
}

Task<void> nothing() { co_return; }
Task<std::unique_ptr<int>> move_only() { co_return std::make_unique<int>(9); }
Detached use_both(int& result) {
  co_await nothing();
  const std::unique_ptr<int> made = co_await move_only();
  result = *made;
}

TEST(Task, CarriesVoidAndMoveOnlyResults) {
  int result = 0;

  use_both(result);

  EXPECT_EQ(result, 9);
}

}  // namespace
}  // namespace gapura
