/// When something begins, as crontab(5) writes it: minute, hour, day of the month, month, weekday.
/// Value; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gapura::conf {

class Cron {
 public:
  /// Five fields of numbers, `*`, ranges, lists and steps; months and weekdays also by the first
  /// three letters of their English names, Sunday is 0 or 7. Nothing: `fault` says what is wrong.
  static std::optional<Cron> parse(std::string_view text, std::string* fault);

  /// Whether a beginning lies within `lasts` before `time`, or is now. Both of the same calendar:
  /// local time, not UTC. Days are looked through one by one: `lasts` is a month at most.
  bool covers(std::chrono::local_seconds time, std::chrono::seconds lasts) const;

  friend bool operator==(const Cron&, const Cron&) = default;

 private:
  bool has_day(std::chrono::local_days day) const;

  // Bit i: the field holds the number i.
  std::uint64_t minutes_ = 0, hours_ = 0, days_ = 0, months_ = 0, weekdays_ = 0;
  /// Neither is `*`: a day then need be only one of the two.
  bool is_either_day_ = false;
};

}  // namespace gapura::conf
