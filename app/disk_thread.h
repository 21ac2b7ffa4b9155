/// The one thread that may wait for a disk: it parses YAML, watches files, writes and syncs state.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <thread>

namespace gapura::app {

class DiskThread {
 public:
  DiskThread();
  DiskThread(const DiskThread&) = delete;
  DiskThread& operator=(const DiskThread&) = delete;
  ~DiskThread();  ///< stop()

  /// Runs `work` there, after what was posted before. Any thread. Work posted after stop() is
  /// dropped.
  void post(std::function<void()> work);
  /// For timers and inotify of what lives on this thread.
  boost::asio::io_context& context() noexcept { return context_; }
  /// Runs what is posted already, then joins. What lives on the thread (watches) must have been
  /// closed by work posted before, or its waiting operations are dropped with the loop.
  void stop();

 private:
  boost::asio::io_context context_{1};
  std::thread thread_;
  bool is_stopped_ = false;
};

}  // namespace gapura::app
