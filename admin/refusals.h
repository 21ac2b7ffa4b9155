/// Logs requests that were refused, a few lines at a time, and counts those that may be guesses of
/// a secret: an address with too many is told to wait. Control thread only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "admin/message.h"
#include "base/clock.h"

namespace gapura::admin {

class Refusals {
 public:
  /// `what` begins the log's lines: "an admin request".
  explicit Refusals(std::string what) : what_(std::move(what)) {}

  /// One that no secret was looked at for. It is not counted: a foreign page in the operator's
  /// browser has the operator's address, and must not be able to use up its guesses.
  void note(const Request& request, std::string_view why, TimePoint now);
  /// One without the right secret. True: there were more than kMax from this address in kWindow,
  /// and it is told to wait.
  bool note_guess(const Request& request, std::string_view why, TimePoint now);

  /// 429; `without` names what they lacked.
  static Response too_many(std::string_view without);

  static constexpr std::uint32_t kMax = 10;  ///< in kWindow, of one address or one /64 of IPv6
  static constexpr Milliseconds kWindow{10'000};
  /// Addresses told apart at a time; those above share one count. Bounds what strangers can fill.
  static constexpr std::size_t kAddressesMax = 1024;

 private:
  struct Window {
    TimePoint start{};
    std::uint32_t count = 0;
    /// One more, in a new window when this one is over.
    void add(TimePoint now);
  };
  Window& window_of(const std::string& peer, TimePoint now);

  std::string what_;
  std::map<std::string, Window> by_address_;
  Window others_;
  Window lines_;  ///< of the log
};

}  // namespace gapura::admin
