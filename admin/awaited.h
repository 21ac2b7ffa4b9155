/// Waiting, in a coroutine, for something that calls back. One io_context, one thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "admin/condition.h"

namespace gapura::admin {

/// Calls `begin` with a function that is to be called once, on this thread, at once or later, even
/// when this coroutine is gone; gives what it was called with.
template <class T>
boost::asio::awaitable<T> awaited(std::function<void(std::function<void(T)>)> begin) {
  struct Shared {
    Condition done;
    std::optional<T> result;
  };
  const auto shared = std::make_shared<Shared>();
  std::function<void(T)> finish = [shared](T result) {
    shared->result.emplace(std::move(result));
    shared->done.notify();
  };
  begin(std::move(finish));
  std::function<bool()> is_done = [shared] { return shared->result.has_value(); };
  co_await shared->done.until(std::move(is_done), nullptr, Condition::kNever);
  co_return *std::move(shared->result);
}

}  // namespace gapura::admin
