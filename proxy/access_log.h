/// Writes access-log lines away from the workers: each hands over whole batches, one thread writes.
/// When that thread is behind, batches are dropped and counted; a worker never waits for a log.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "conf/static_config.h"

namespace gapura::proxy {

class AccessLog {
 public:
  /// Throws std::runtime_error when the file cannot be opened.
  explicit AccessLog(const conf::AccessLog& settings);
  ~AccessLog();  ///< writes what is queued

  conf::LogFormat format() const noexcept;
  /// Any thread; never blocks on the file. False: not taken, there are too many. Else the batch is
  /// an empty one of at least the same capacity then; in steady state one that was written.
  bool hand_over(std::string& batch);
  /// Opens the file again after a rotation. Any thread.
  void reopen();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gapura::proxy
