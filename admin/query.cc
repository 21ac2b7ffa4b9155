#include "admin/query.h"

#include <charconv>

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

BodyFault no_time(const std::string& name) {
  return {"\"" + name + "\" must be a time like 30s, 500ms or 2m, a day at most", name};
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

std::variant<DrainQuery, BodyFault> read_drain_query(const QueryValues& values) {
  DrainQuery wanted;
  bool is_forced = false;
  for (const auto& [name, value] : values) {
    if (name == "wait" || name == "force") {
      const auto flag = read_flag(value);
      if (!flag) return BodyFault{"\"" + name + "\" must be true or false", name};
      (name == "wait" ? wanted.is_waiting : is_forced) = *flag;
    } else if (name == "drain" || name == "timeout") {
      auto& time = name == "drain" ? wanted.limit : wanted.timeout;
      time = read_timeout(value);
      if (!time) return no_time(name);
    }
  }
  if (is_forced && wanted.limit) {
    return BodyFault{"\"force\" leaves no time to drain: use one of drain and force", "force"};
  }
  if (is_forced) wanted.limit = Milliseconds(0);
  if (wanted.timeout && !wanted.is_waiting) {
    return BodyFault{"\"timeout\" means nothing without wait=true", "timeout"};
  }
  return wanted;
}

std::variant<DrainQuery, BodyFault> read_declare_query(const QueryValues& values) {
  DrainQuery wanted;
  if (const auto wait = values.find("wait"); wait != values.end()) {
    if (wait->second != "drained") return BodyFault{"\"wait\" must be drained", "wait"};
    wanted.is_waiting = true;
  }
  if (const auto timeout = values.find("timeout"); timeout != values.end()) {
    wanted.timeout = read_timeout(timeout->second);
    if (!wanted.timeout) return no_time("timeout");
    if (!wanted.is_waiting) {
      return BodyFault{"\"timeout\" means nothing without wait=drained", "timeout"};
    }
  }
  return wanted;
}

std::variant<Milliseconds, BodyFault> read_ttl(const QueryValues& values) {
  const auto found = values.find("ttl");
  if (found == values.end()) return Milliseconds(0);
  const auto ttl = read_timeout(found->second);
  if (ttl && *ttl >= Milliseconds(1'000)) return *ttl;
  return BodyFault{"\"ttl\" must be a time like 30s or 2m, from a second to a day", "ttl"};
}

}  // namespace gapura::admin
