/// A place where one side of a test waits until the other lets it go on. Any threads.
#pragma once

#include <condition_variable>
#include <mutex>

#include "tests/support/patience.h"

namespace gapura::test {

class Gate {
 public:
  /// Lets everybody through, now and later.
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  /// False when patience() ran out.
  bool pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    return changed_.wait_for(lock, patience(), [this] { return is_open_; });
  }
  /// Waits until `count` have come to the gate; false when patience() ran out.
  bool wait_for_arrivals(int count = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience(), [&] { return arrived_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
  int arrived_ = 0;
};

}  // namespace gapura::test
