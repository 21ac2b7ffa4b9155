/// Signals as calls, on a thread of their own. One such object in a process.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>
#include <thread>

namespace gapura::app {

class Signals {
 public:
  /// Called on the signals' thread.
  struct Actions {
    std::function<void()> stop;  ///< first TERM or INT; a second ends the process at once, 128 + n
    std::function<void()> reload;        ///< HUP
    std::function<void()> reopen;        ///< USR1
    std::function<void()> at_once = {};  ///< before the second one ends the process; empty: nothing
  };
  /// PIPE is ignored from here on.
  explicit Signals(Actions actions);
  ~Signals();

 private:
  void wait();
  void act(int signal);
  [[noreturn]] void stop_at_once(int signal, const char* name);

  Actions actions_;
  boost::asio::io_context loop_{1};
  boost::asio::signal_set set_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace gapura::app
