#include "autoscale/simulate/access_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace gapura::autoscale {
namespace {

struct Entry {
  std::int64_t at_s = 0;
  std::optional<double> work_s;
};

std::optional<double> number_at(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

std::optional<int> digits(std::string_view text, std::size_t begin, std::size_t size) {
  if (begin + size > text.size()) return {};
  int value = 0;
  const char* last = text.data() + begin + size;
  const auto [end, error] = std::from_chars(text.data() + begin, last, value);
  return error == std::errc{} && end == last ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> moment(std::optional<int> year, unsigned month, std::optional<int> day,
                                   std::string_view clock, std::string_view zone) {
  const auto hour = digits(clock, 0, 2), minute = digits(clock, 3, 2), second = digits(clock, 6, 2);
  if (!year || !day || !hour || !minute || !second) return {};
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return {};
  std::int64_t at =
      std::chrono::sys_seconds(std::chrono::sys_days(date)).time_since_epoch().count();
  at += *hour * 3'600 + *minute * 60 + *second;
  const auto hours = digits(zone, 1, 2);
  const auto minutes = digits(zone, zone.find(':') == 3 ? 4 : 3, 2);
  if (!hours || !minutes) return at;
  const int offset = *hours * 3'600 + *minutes * 60;
  return zone.front() == '-' ? at + offset : at - offset;
}

/// "21/Nov/2026:08:40:24 +0000".
std::optional<std::int64_t> common_time(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() < 20) return {};
  const auto month = std::ranges::find(kMonths, text.substr(3, 3));
  if (month == kMonths.end()) return {};
  const auto number = static_cast<unsigned>(month - kMonths.begin()) + 1;
  const std::string_view zone = text.size() > 21 ? text.substr(21) : std::string_view();
  return moment(digits(text, 7, 4), number, digits(text, 0, 2), text.substr(12), zone);
}

/// "2026-11-21T08:40:24Z", with or without a fraction.
std::optional<std::int64_t> iso_time(std::string_view text) {
  const auto month = digits(text, 5, 2);
  if (text.size() < 19 || !month || *month < 1 || *month > 12) return {};
  const auto zone = text.find_first_of("+-Z", 19);
  return moment(digits(text, 0, 4), static_cast<unsigned>(*month), digits(text, 8, 2),
                text.substr(11), zone == std::string_view::npos ? "" : text.substr(zone));
}

/// What follows `"key":` in a flat JSON object that a log wrote; empty: nothing. Not a parser: it
/// reads a gigabyte of lines, and only numbers and times out of them.
std::string_view member(std::string_view line, std::string_view key) {
  for (std::size_t at = line.find(key); at != std::string_view::npos; at = line.find(key, at + 1)) {
    if (at == 0 || line[at - 1] != '"') continue;
    const std::string_view rest = line.substr(at + key.size());
    if (!rest.starts_with("\":")) continue;
    const auto begin = rest.find_first_not_of(' ', 2);
    return begin == std::string_view::npos ? "" : rest.substr(begin);
  }
  return {};
}

std::optional<Entry> json_entry(std::string_view line) {
  std::string_view time = member(line, "StartUTC");
  if (time.empty()) time = member(line, "time");
  if (!time.starts_with('"')) return {};
  const auto at = iso_time(time.substr(1, time.find('"', 1) - 1));
  if (!at) return {};
  Entry out{*at, {}};
  for (const std::string_view key : {"OriginDuration", "Duration"}) {
    const auto ns = number_at(member(line, key));
    if (!ns || *ns <= 0) continue;
    out.work_s = *ns / 1e9;
    break;
  }
  return out;
}

std::optional<Entry> common_entry(std::string_view line) {
  const auto open = line.find('[');
  const auto close = line.find(']', open == std::string_view::npos ? line.size() : open);
  if (close == std::string_view::npos) return {};
  const auto at = common_time(line.substr(open + 1, close - open - 1));
  if (!at) return {};
  Entry out{*at, {}};
  const std::string_view last = line.substr(line.rfind(' ') + 1);
  if (last.ends_with("ms")) {
    if (const auto ms = number_at(last)) out.work_s = *ms / 1'000;
  }
  return out;
}

}  // namespace

std::variant<LogTrace, TraceFault> read_access_log(std::string_view text) {
  constexpr std::int64_t kLongest = 62 * 86'400;
  LogTrace out;
  std::vector<Entry> entries;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    ++out.lines;
    const auto entry = line.starts_with('{') ? json_entry(line) : common_entry(line);
    if (entry) entries.push_back(*entry);
    if (!entry) ++out.unread;
  }
  if (entries.empty()) {
    return TraceFault{"none of its " + std::to_string(out.lines) +
                      " lines is one of an access log (JSON, common or combined)"};
  }
  const auto [first, last] = std::ranges::minmax(entries, {}, &Entry::at_s);
  if (last.at_s - first.at_s > kLongest) return TraceFault{"it is longer than two months"};
  const auto seconds = static_cast<std::size_t>(last.at_s - first.at_s) + 1;
  out.trace.begins = WallClock::time_point(std::chrono::seconds(first.at_s));
  out.trace.is_exact = true;
  out.trace.rates.resize(seconds);
  std::vector<double> work(seconds), timed(seconds);
  double all = 0;
  for (const Entry& entry : entries) {
    const auto at = static_cast<std::size_t>(entry.at_s - first.at_s);
    out.trace.rates[at] += 1;
    if (!entry.work_s) continue;
    ++out.timed;
    timed[at] += 1;
    work[at] += *entry.work_s;
    all += *entry.work_s;
  }
  if (out.timed == 0) return out;
  const double mean = all / static_cast<double>(out.timed);
  out.trace.work_s.resize(seconds);
  for (std::size_t i = 0; i < seconds; ++i) {
    out.trace.work_s[i] = timed[i] > 0 ? work[i] / timed[i] : mean;
  }
  return out;
}

}  // namespace gapura::autoscale
