/// Words, numbers and times as a terminal shows them. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gapura::app::cli {

/// `text` with control bytes shown as '?': what comes from elsewhere must not move the cursor.
std::string visible(std::string_view text);

/// How many columns `text` takes: code points of UTF-8; those that are two columns wide count one.
std::size_t columns_of(std::string_view text) noexcept;

/// At most `columns` wide; what is cut ends in "…". Empty for 0.
std::string cut(std::string_view text, std::size_t columns);

/// "0 s", "59 s", "3 min 5 s", "2 h 10 min", "4 d 3 h". Negative ones (clocks differ) are "0 s".
std::string lasting(double seconds);

/// "2.5 ms", "31 ms", "1.20 s".
std::string milliseconds(double ms);

/// With at most `decimals` places, without zeros at the end: "12", "0.5".
std::string number(double value, int decimals = 1);

/// Unix seconds of "2026-01-31T08:15:00Z", with or without a fraction; nothing when it is none.
std::optional<double> unix_seconds(std::string_view rfc3339);

/// The time of day of an RFC 3339 time, here: "08:15:00"; "-" when it is none.
std::string time_of_day(std::string_view rfc3339);

}  // namespace gapura::app::cli
