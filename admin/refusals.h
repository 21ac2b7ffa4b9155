/// Counts and logs requests that were refused for what they carry: a few lines at a time, and too
/// many are told to wait. Control thread only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "admin/message.h"
#include "base/clock.h"

namespace gapura::admin {

class Refusals {
 public:
  /// `what` begins the log's lines: "an admin request".
  explicit Refusals(std::string what) : what_(std::move(what)) {}

  void note(const Request& request, std::string_view why, TimePoint now);
  /// Since the last note().
  bool are_too_many() const noexcept { return failures_ > kMax; }
  std::uint64_t total() const noexcept { return total_; }

  /// 429; `without` names what they lacked.
  static Response too_many(std::string_view without);

  static constexpr std::uint32_t kMax = 10;  ///< in kWindow, from everybody together
  static constexpr Milliseconds kWindow{10'000};

 private:
  std::string what_;
  TimePoint window_start_{};
  std::uint32_t failures_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace gapura::admin
