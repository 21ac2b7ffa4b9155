/// What targets have really received: the other half of every claim of "no request failed".
/// Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "tests/support/checked_body.h"

namespace gapura::test {

/// The field by which tests number their requests.
inline constexpr const char* kNumberField = "X-Request-Number";
/// A line of a head that says it.
inline std::string number_field(int number) {
  return std::string(kNumberField) + ": " + std::to_string(number) + "\r\n";
}

class Ledger {
 public:
  struct Entry {
    int times_seen = 0;
    Checksum body;        ///< of the last time
    std::string method;
  };

  /// A request has arrived whole.
  void saw(std::uint64_t number, const std::string& method, const Checksum& body) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[number];
    ++entry.times_seen;
    entry.body = body;
    entry.method = method;
  }
  void saw_unnumbered() {
    const std::lock_guard lock(mutex_);
    ++unnumbered_;
  }
  std::map<std::uint64_t, Entry> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }
  /// Requests that arrived whole, numbered or not.
  std::uint64_t total() const {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = unnumbered_;
    for (const auto& [number, entry] : entries_) sum += static_cast<unsigned>(entry.times_seen);
    return sum;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t unnumbered_ = 0;
};

}  // namespace gapura::test
