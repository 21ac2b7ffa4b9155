/// Offsets of a time zone from UTC, out of the system's tz database (RFC 8536). g++ 12 has the
/// calendar of C++20, but not its zones. Value; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gapura::conf {

class TimeZone {
 public:
  TimeZone() = default;  ///< UTC

  /// "Asia/Jakarta"; empty: the machine's. Reads a file below /usr/share/zoneinfo, or
  /// /etc/localtime (a machine without one is on UTC). Nothing: `fault` says what is wrong.
  static std::optional<TimeZone> load(std::string_view name, std::string* fault);
  /// The same from such a file's bytes.
  static std::optional<TimeZone> parse(std::string_view bytes, std::string* fault);

  std::chrono::local_seconds to_local(std::chrono::sys_seconds time) const;

  friend bool operator==(const TimeZone&, const TimeZone&) = default;

 private:
  /// From `at` (seconds since 1970) on the offset holds.
  struct Transition {
    std::int64_t at = 0;
    std::int32_t offset_s = 0;
    friend bool operator==(const Transition&, const Transition&) = default;
  };
  /// "the w-th weekday d of month m, at `second` of the day": M in POSIX' TZ. w = 5: the last.
  struct Turn {
    int month = 0, week = 0, weekday = 0;
    std::int32_t second = 7'200;
    friend bool operator==(const Turn&, const Turn&) = default;
  };
  /// What holds after the last transition.
  struct Rule {
    std::int32_t offset_s = 0, summer_offset_s = 0;
    std::optional<Turn> to_summer, to_winter;
    friend bool operator==(const Rule&, const Rule&) = default;
  };
  static std::optional<Rule> parse_rule(std::string_view text);
  static std::int64_t moment(const Turn& turn, std::chrono::year year, std::int32_t offset_s);
  std::int32_t rule_offset(std::int64_t at) const;

  std::int32_t first_offset_s_ = 0;  // before any transition
  std::vector<Transition> transitions_;
  Rule rule_;
};

}  // namespace gapura::conf
