/// The counters of one worker. The worker writes, whoever scrapes reads at the same time: every
/// counter has one writer, so a relaxed load and store is enough (1.4 ns an observation, against
/// 24 to 211 ns for a shared histogram; measured).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace gapura::metrics {

/// A number with one writing thread and any readers.
class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void sub(std::uint64_t n = 1) noexcept { add(~n + 1); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

enum class Method : std::uint8_t {
  get,
  head,
  post,
  put,
  del,
  connect,
  options,
  trace,
  patch,
  extension,
};
/// "GET" …; "EXTENSION_METHOD" for any other, so that clients cannot make series.
std::string_view to_string(Method method) noexcept;
Method method_of(std::string_view text) noexcept;

enum class Protocol : std::uint8_t { http, websocket, sse };
std::string_view to_string(Protocol protocol) noexcept;

/// Which histogram and counters a finished request belongs to.
struct SeriesKey {
  enum class Scope : std::uint8_t { entry_point, service };
  Scope scope = Scope::entry_point;
  Method method = Method::get;
  Protocol protocol = Protocol::http;
  std::uint16_t code = 0;  ///< HTTP status sent to the client, 499 when the client left
  std::uint32_t slot = 0;  ///< EntryPointSlot or ServiceSlot
  friend bool operator==(const SeriesKey&, const SeriesKey&) = default;
};

constexpr std::size_t kBucketsMax = 16;

/// Counters of one key. Made once, never freed before the shard.
struct Series {
  explicit Series(const SeriesKey& key_) : key(key_) {}
  const SeriesKey key;
  Counter requests;
  Counter duration_us;                           ///< sum of durations
  Counter request_bytes;                         ///< bodies
  Counter response_bytes;                        ///< bodies
  std::array<Counter, kBucketsMax + 1> buckets;  ///< not cumulative; the last is +Inf
  Series* next = nullptr;                        ///< set before publication
};

/// Reasons are numbered by whoever counts them (proxy/failure.h); the collector is given their
/// names.
constexpr std::size_t kReasonsMax = 48;

class Shard {
 public:
  /// `bounds_s`: bucket bounds in seconds, rising, at most kBucketsMax.
  Shard(std::vector<double> bounds_s, std::size_t entry_points);
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;
  ~Shard();

  // --- the worker's thread ---
  void observe(const SeriesKey& key, std::uint64_t duration_us, std::uint64_t request_bytes,
               std::uint64_t response_bytes);
  Counter& retries(ServiceSlot service);
  Counter& retries_refused(ServiceSlot service);  ///< by the retry budget

  // --- any thread reads ---
  const std::vector<double>& bounds_s() const noexcept { return bounds_s_; }
  /// Head of the list of all series; follow `next`.
  const Series* series() const noexcept { return head_.load(std::memory_order_acquire); }
  std::uint64_t retries_of(ServiceSlot service) const noexcept;
  std::uint64_t retries_refused_of(ServiceSlot service) const noexcept;

  std::array<Counter, kReasonsMax> errors;  ///< answers made by us and cut exchanges, by reason
  std::vector<Counter> open_connections;    ///< gauge, by entry point
  Counter connections_accepted;
  Counter connections_handed_over;  ///< of them, to another worker
  Counter links_opened;             ///< connections made to targets
  Counter links_reused;             ///< requests that found an idle link
  Counter mirrors_answered;         ///< requests that a mirror answered, whatever it said
  Counter mirrors_failed;           ///< that it did not answer
  Counter mirrors_dropped;          ///< that were not sent
  Counter access_log_dropped;       ///< lines
  Counter heap_allocations;         ///< of the worker's thread; 0 unless counted
  Counter socket_calls;             ///< of the worker's thread

 private:
  struct RetryCell;
  RetryCell& cell(ServiceSlot service);
  const RetryCell* find_cell(ServiceSlot service) const noexcept;
  Series& find(const SeriesKey& key);
  std::vector<double> bounds_s_;
  std::vector<std::uint64_t> bounds_us_;
  std::atomic<Series*> head_{nullptr};
  std::vector<Series*> table_;  ///< open addressing; the worker's own
  std::size_t used_ = 0;
  std::atomic<RetryCell*> retry_head_{nullptr};
};

}  // namespace gapura::metrics
