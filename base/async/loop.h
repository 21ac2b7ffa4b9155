/// One event loop: an io_context for one thread, and the deadlines that live on it.
#pragma once

#include <boost/asio/io_context.hpp>

#include "base/async/deadline_wheel.h"

namespace gapura {

class Loop {
 public:
  // UNSAFE_IO: no locking around descriptors, which only this loop's thread touches. post() from
  // other threads stays safe.
  Loop() : context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO), wheel_(context_) {}

  boost::asio::io_context& context() noexcept { return context_; }
  DeadlineWheel& wheel() noexcept { return wheel_; }

 private:
  boost::asio::io_context context_;
  DeadlineWheel wheel_;
};

}  // namespace gapura
