/// The demo's course: load that rises and falls on a running server, and lines that say what comes
/// of it, on a thread of its own.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>
#include <thread>

#include "app/demo/demo_files.h"
#include "app/demo/demo_load.h"
#include "app/demo/demo_story.h"
#include "app/options.h"

namespace gapura::app {

class DemoShow {
 public:
  /// Begins at once. `over` is called on the show's thread when nobody is asked any more: after
  /// request_stop(), or after the closing line with `once`.
  DemoShow(DemoPlaces places, const DemoOptions& options, std::function<void()> over);
  /// Waits for the end.
  ~DemoShow();

  /// Any thread. Users get the answers they wait for.
  void request_stop();
  /// After `over`: all requests were answered rightly and, unless it was stopped early, the size
  /// went up and down.
  bool is_good() const noexcept { return is_good_; }

 private:
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> wait_for_target();
  boost::asio::awaitable<void> play();
  boost::asio::awaitable<void> look();
  boost::asio::awaitable<void> end_load();
  boost::asio::awaitable<void> pause(Milliseconds time);
  boost::asio::awaitable<std::string> ask(std::string path);
  void close(Milliseconds elapsed);

  const DemoPlaces places_;
  const DemoOptions options_;
  const std::function<void()> over_;
  boost::asio::io_context loop_{1};
  boost::asio::steady_timer timer_{loop_};
  DemoLoad load_;
  DemoStory story_;
  std::string token_;
  bool has_target_ = false;
  bool is_calm_ = false;  ///< no more targets than the least, and none comes or goes
  bool is_stopping_ = false;
  bool is_good_ = false;
  std::thread thread_;
};

}  // namespace gapura::app
