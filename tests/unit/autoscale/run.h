/// Runs a coroutine of the control thread to its end, on the test's own thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "tests/support/patience.h"

namespace gapura::autoscale {

/// What it returns. Throws when it does, or when patience() has run out.
template <class T>
T run(boost::asio::io_context& loop, boost::asio::awaitable<T> coroutine) {
  std::optional<T> result;
  std::exception_ptr failed;
  boost::asio::co_spawn(loop, std::move(coroutine), [&](std::exception_ptr error, T value) {
    failed = error;
    result.emplace(std::move(value));
  });
  loop.restart();
  const auto end = std::chrono::steady_clock::now() + test::patience();
  while (!result && std::chrono::steady_clock::now() < end) {
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds(20));
  }
  if (failed) std::rethrow_exception(failed);
  if (!result) throw std::runtime_error("the coroutine has not ended");
  return *std::move(result);
}

}  // namespace gapura::autoscale
