#include "metrics/shard.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace gapura::metrics {
namespace {

constexpr std::array<std::string_view, 10> kMethods{
    "GET",     "HEAD",    "POST",  "PUT",   "DELETE",
    "CONNECT", "OPTIONS", "TRACE", "PATCH", "EXTENSION_METHOD"};

std::size_t hash(const SeriesKey& key) noexcept {
  std::uint64_t mixed = (std::uint64_t{key.slot} << 32) ^ (std::uint64_t{key.code} << 16) ^
                        (static_cast<std::uint64_t>(key.method) << 8) ^
                        (static_cast<std::uint64_t>(key.protocol) << 4) ^
                        static_cast<std::uint64_t>(key.scope);
  mixed *= 0x9E3779B97F4A7C15ULL;  // Fibonacci hashing: the high bits are well mixed
  return static_cast<std::size_t>(mixed >> 20);
}

}  // namespace

std::string_view to_string(Method method) noexcept {
  return kMethods[static_cast<std::size_t>(method)];
}

Method method_of(std::string_view text) noexcept {
  for (std::size_t i = 0; i + 1 < kMethods.size(); ++i) {
    if (kMethods[i] == text) return static_cast<Method>(i);
  }
  return Method::extension;
}

std::string_view to_string(Protocol protocol) noexcept {
  switch (protocol) {
    case Protocol::http: return "http";
    case Protocol::websocket: return "websocket";
    case Protocol::sse: return "sse";
  }
  return "http";
}

struct Shard::RetryCell {
  explicit RetryCell(ServiceSlot service_) : service(service_) {}
  const ServiceSlot service;
  Counter count;
  Counter refused;
  RetryCell* next = nullptr;
};

Shard::Shard(std::vector<double> bounds_s, std::size_t entry_points)
    : open_connections(entry_points), bounds_s_(std::move(bounds_s)), table_(64) {
  check(bounds_s_.size() <= kBucketsMax, "too many histogram bounds");
  for (const double bound : bounds_s_) {
    bounds_us_.push_back(static_cast<std::uint64_t>(bound * 1e6));
  }
}

Shard::~Shard() {
  for (Series* one = head_.load(); one != nullptr;) delete std::exchange(one, one->next);
  for (RetryCell* one = retry_head_.load(); one != nullptr;) delete std::exchange(one, one->next);
}

Series& Shard::find(const SeriesKey& key) {
  std::size_t at = hash(key) % table_.size();
  for (; table_[at] != nullptr; at = (at + 1) % table_.size()) {
    if (table_[at]->key == key) return *table_[at];
  }
  auto* made = new Series(key);
  made->next = head_.load(std::memory_order_relaxed);
  head_.store(made, std::memory_order_release);
  table_[at] = made;
  if (++used_ * 2 > table_.size()) {
    std::vector<Series*> larger(table_.size() * 2);
    for (Series* one : table_) {
      if (one == nullptr) continue;
      std::size_t place = hash(one->key) % larger.size();
      while (larger[place] != nullptr) place = (place + 1) % larger.size();
      larger[place] = one;
    }
    table_.swap(larger);
  }
  return *made;
}

void Shard::observe(const SeriesKey& key, std::uint64_t duration_us, std::uint64_t request_bytes,
                    std::uint64_t response_bytes) {
  Series& series = find(key);
  series.requests.add();
  series.duration_us.add(duration_us);
  series.request_bytes.add(request_bytes);
  series.response_bytes.add(response_bytes);
  // Prometheus: a bucket counts what is less than or equal to its bound.
  const auto bucket = std::ranges::lower_bound(bounds_us_, duration_us) - bounds_us_.begin();
  const bool is_over = static_cast<std::size_t>(bucket) == bounds_us_.size();
  series.buckets[is_over ? kBucketsMax : static_cast<std::size_t>(bucket)].add();
}

Shard::RetryCell& Shard::cell(ServiceSlot service) {
  for (RetryCell* one = retry_head_.load(std::memory_order_relaxed); one; one = one->next) {
    if (one->service == service) return *one;
  }
  auto* made = new RetryCell(service);
  made->next = retry_head_.load(std::memory_order_relaxed);
  retry_head_.store(made, std::memory_order_release);
  return *made;
}

const Shard::RetryCell* Shard::find_cell(ServiceSlot service) const noexcept {
  const RetryCell* one = retry_head_.load(std::memory_order_acquire);
  while (one != nullptr && one->service != service) one = one->next;
  return one;
}

Counter& Shard::retries(ServiceSlot service) {
  return cell(service).count;
}

Counter& Shard::retries_refused(ServiceSlot service) {
  return cell(service).refused;
}

std::uint64_t Shard::retries_of(ServiceSlot service) const noexcept {
  const RetryCell* found = find_cell(service);
  return found == nullptr ? 0 : found->count.get();
}

std::uint64_t Shard::retries_refused_of(ServiceSlot service) const noexcept {
  const RetryCell* found = find_cell(service);
  return found == nullptr ? 0 : found->refused.get();
}

}  // namespace gapura::metrics
