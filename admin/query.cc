#include "admin/query.h"

#include <charconv>

#include "admin/location.h"
#include "base/ascii.h"

namespace gapura::admin {
namespace {

constexpr double kDayMs = 24.0 * 3'600'000;

/// Milliseconds in the unit, or 0 when it is not one.
double unit_ms(std::string_view unit) {
  if (unit.empty() || unit == "s") return 1'000;
  if (unit == "ms") return 1;
  if (unit == "m") return 60'000;
  return unit == "h" ? 3'600'000 : 0;
}

std::optional<bool> read_flag(std::string_view text) {
  if (text.empty() || text == "1" || iequals(text, "true")) return true;
  if (text == "0" || iequals(text, "false")) return false;
  return std::nullopt;
}

}  // namespace

std::optional<Milliseconds> read_timeout(std::string_view text) {
  double count = 0;
  const auto end =
      std::from_chars(text.data(), text.data() + text.size(), count, std::chars_format::fixed);
  if (end.ec != std::errc()) return std::nullopt;
  const auto used = static_cast<std::size_t>(end.ptr - text.data());
  const double total_ms = count * unit_ms(text.substr(used));
  if (!(total_ms >= 1 && total_ms <= kDayMs)) return std::nullopt;
  return Milliseconds(static_cast<std::int64_t>(total_ms));
}

std::variant<WaitQuery, QueryFault> read_wait_query(std::string_view query) {
  const auto values = query_values(query);
  if (!values) return QueryFault{"the query holds a broken percent escape", ""};
  WaitQuery wanted;
  for (const auto& [name, value] : *values) {
    if (name == "wait") {
      const auto flag = read_flag(value);
      if (!flag) return QueryFault{"\"wait\" must be true or false", name};
      wanted.is_waiting = *flag;
    } else if (name == "timeout") {
      wanted.timeout = read_timeout(value);
      if (!wanted.timeout) {
        return QueryFault{"\"timeout\" must be a time like 30s, 500ms or 2m, a day at most", name};
      }
    } else {
      return QueryFault{"\"" + name + "\" is not known here: use wait and timeout", name};
    }
  }
  if (wanted.timeout && !wanted.is_waiting) {
    return QueryFault{"\"timeout\" means nothing without wait=true", "timeout"};
  }
  return wanted;
}

}  // namespace gapura::admin
