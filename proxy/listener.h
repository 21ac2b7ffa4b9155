/// Accepts clients on one reuse-port socket of one worker. Worker thread only.
#pragma once

#include "base/async/channel.h"
#include "base/async/deadline_wheel.h"
#include "base/ids.h"

namespace gapura::proxy {

class Worker;

class Listener {
 public:
  /// `fd`: bound, listening, non-blocking; taken over.
  Listener(Worker& worker, int fd, EntryPointSlot entry_point);
  /// Accepts what the kernel has queued, then closes: closing first would reset those clients.
  void stop();
  /// Nobody is accepted before the worker has its first snapshot; then this takes who waits.
  void accept_all();

 private:
  static void on_edge(void* owner) noexcept;
  static void on_pause_over(void* owner) noexcept;
  static void on_calm(void* owner) noexcept;
  bool accept_one();
  bool waits_for_room();
  /// Tries again in a moment; the reason is logged once until there has been no pause for a while.
  void pause(const char* reason);

  Worker& worker_;
  Channel channel_;
  Deadline pause_;
  Deadline calm_;
  const EntryPointSlot entry_point_;
  bool has_said_full_ = false;
};

}  // namespace gapura::proxy
