/// How many clients there may be: in total, and by address. One for all workers; any thread.
/// The total is an atomic; addresses are counted under a lock, and only when there is a limit for
/// them (it is taken twice a connection, never for a request).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "base/net/endpoint.h"

namespace gapura::proxy {

class Admission {
 public:
  /// 0: no limit.
  Admission(std::size_t connections_max, std::size_t of_one_client_max) noexcept
      : connections_max_(connections_max), of_one_client_max_(of_one_client_max) {}

  /// True while as many connections are open as may be: accept no more. Workers look before they
  /// count, so there may be one more for each of them.
  bool is_full() const noexcept {
    return connections_max_ != 0 && open_.load(std::memory_order_relaxed) >= connections_max_;
  }
  void opened() noexcept { open_.fetch_add(1, std::memory_order_relaxed); }
  void closed() noexcept { open_.fetch_sub(1, std::memory_order_relaxed); }

  bool counts_clients() const noexcept { return of_one_client_max_ != 0; }
  /// One more connection of that client. False: it has as many as it may; nothing was counted.
  /// IPv6 clients are told apart by their first 64 bits: who has one address there has all of them.
  bool enter(const Endpoint& client);
  /// After an enter() that said true.
  void leave(const Endpoint& client);

 private:
  const std::size_t connections_max_;
  const std::size_t of_one_client_max_;
  std::atomic<std::size_t> open_{0};
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::size_t> by_client_;
};

}  // namespace gapura::proxy
